//! The upstream layer over real sockets.

mod checks;
mod connect;
mod multiplex;
mod origin;
mod pool;
