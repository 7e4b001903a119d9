//! A folder in memory whose power can be cut: what was not synced is lost, names as well as content.

#![allow(clippy::unwrap_used)]

use super::files::{Files, Written};
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct Disk {
    /// Content by a number that a file keeps when it is renamed: what is durable, and what is there.
    inodes: Vec<(Vec<u8>, Vec<u8>)>,
    durable: BTreeMap<String, usize>,
    names: BTreeMap<String, usize>,
    /// Operations until the power goes.
    left: Option<u32>,
    off: bool,
    /// Bytes that fit.
    capacity: Option<u64>,
    syncs_fail: bool,
}

/// The folder; clones are the same one.
#[derive(Clone, Default)]
pub struct Power(Arc<Mutex<Disk>>);

/// An open file of it.
pub struct PowerFile(Power, usize);

impl Disk {
    /// One operation; an error when the power is gone.
    fn step(&mut self) -> io::Result<()> {
        match &mut self.left {
            Some(0) => self.off = true,
            Some(left) => *left -= 1,
            None => {}
        }
        if self.off { Err(io::Error::other("no power")) } else { Ok(()) }
    }

    fn find(&self, name: &str) -> io::Result<usize> {
        self.names.get(name).copied().ok_or_else(|| ErrorKind::NotFound.into())
    }
}

impl Power {
    fn with<T>(&self, call: impl FnOnce(&mut Disk) -> T) -> T {
        call(&mut self.0.lock().unwrap())
    }

    /// The power goes after so many more operations.
    pub fn cut_after(&self, operations: u32) {
        self.with(|disk| disk.left = Some(operations));
    }

    /// How much fits.
    pub fn capacity(&self, bytes: Option<u64>) {
        self.with(|disk| disk.capacity = bytes);
    }

    /// Whether syncs fail, as those of a dying disk.
    pub fn syncs_fail(&self, fail: bool) {
        self.with(|disk| disk.syncs_fail = fail);
    }

    /// Changes a byte of a file, as a bad disk does.
    pub fn flip(&self, name: &str, at: usize) {
        self.with(|disk| {
            let inode = disk.find(name).unwrap();
            disk.inodes[inode].1[at] ^= 0x40;
            disk.inodes[inode].0 = disk.inodes[inode].1.clone();
        });
    }

    /// What is there after the power came back. Of what was not synced, `kept` of 256 parts of each file's tail are there, and
    /// `garbage` puts zeros in the place of its last bytes, as a file system may; names are all new ones or all old ones.
    pub fn after(&self, kept: u8, garbage: bool, new_names: bool) -> Power {
        self.with(|disk| {
            let mut fresh = Disk::default();
            fresh.inodes.clone_from(&disk.inodes);
            for (durable, now) in &mut fresh.inodes {
                if now.starts_with(durable) {
                    let tail = (now.len() - durable.len()) * usize::from(kept) / 256;
                    now.truncate(durable.len() + tail);
                    let start = now.len() - tail.min(7);
                    if garbage {
                        now[start..].fill(0);
                    }
                } else {
                    now.clone_from(durable);
                }
                durable.clone_from(now);
            }
            fresh.names = if new_names { disk.names.clone() } else { disk.durable.clone() };
            fresh.durable.clone_from(&fresh.names);
            Power(Arc::new(Mutex::new(fresh)))
        })
    }
}

impl Files for Power {
    type File = PowerFile;

    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        self.with(|disk| Ok(disk.names.iter().map(|(name, inode)| (name.clone(), disk.inodes[*inode].1.len() as u64)).collect()))
    }

    fn create(&self, name: &str) -> io::Result<PowerFile> {
        self.with(|disk| {
            disk.step()?;
            if disk.names.contains_key(name) {
                return Err(ErrorKind::AlreadyExists.into());
            }
            disk.inodes.push(Default::default());
            let inode = disk.inodes.len() - 1;
            disk.names.insert(name.to_owned(), inode);
            Ok(PowerFile(self.clone(), inode))
        })
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.with(|disk| Ok(disk.inodes[disk.find(name)?].1.clone()))
    }

    fn cut(&self, name: &str, length: u64) -> io::Result<()> {
        self.with(|disk| {
            disk.step()?;
            let inode = disk.find(name)?;
            let (durable, now) = &mut disk.inodes[inode];
            now.truncate(usize::try_from(length).unwrap());
            durable.clone_from(now);
            Ok(())
        })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.with(|disk| {
            disk.step()?;
            let inode = disk.find(from)?;
            disk.names.remove(from);
            disk.names.insert(to.to_owned(), inode);
            Ok(())
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.with(|disk| {
            disk.step()?;
            disk.find(name)?;
            disk.names.remove(name);
            Ok(())
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.with(|disk| {
            disk.step()?;
            disk.durable.clone_from(&disk.names);
            Ok(())
        })
    }
}

impl Written for PowerFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.with(|disk| {
            disk.step()?;
            let used: u64 = disk.names.values().map(|inode| disk.inodes[*inode].1.len() as u64).sum();
            let room = disk.capacity.map_or(usize::MAX, |most| usize::try_from(most.saturating_sub(used)).unwrap());
            // As much as fits is written before the error, as real ones do.
            disk.inodes[self.1].1.extend_from_slice(&bytes[..bytes.len().min(room)]);
            if bytes.len() > room { Err(ErrorKind::StorageFull.into()) } else { Ok(()) }
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.with(|disk| {
            disk.step()?;
            if disk.syncs_fail {
                return Err(io::Error::other("input/output error"));
            }
            let (durable, now) = &mut disk.inodes[self.1];
            durable.clone_from(now);
            Ok(())
        })
    }
}
