//! The folder that a log lies in, as the log sees it: real, or one whose power can be cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A folder of one log. Names have no separators.
pub trait Files: Send + Sync + 'static {
    /// A file that is written.
    type File: Written;

    /// Names and sizes, in any order.
    fn list(&self) -> io::Result<Vec<(String, u64)>>;
    /// A new, empty file. Its name is durable after [`Files::sync`].
    fn create(&self, name: &str) -> io::Result<Self::File>;
    /// A file's content.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;
    /// Cuts a file and makes that durable.
    fn cut(&self, name: &str, length: u64) -> io::Result<()>;
    /// Gives a file another name.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Takes a file away.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes names durable: what was created, renamed and removed.
    fn sync(&self) -> io::Result<()>;
}

/// A file that only grows.
pub trait Written: Send + 'static {
    /// Appends all of it.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes durable what was written (`fdatasync`).
    fn sync(&mut self) -> io::Result<()>;
}

/// A real folder.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Makes the folder when it is not there, readable by its owner alone.
    pub fn open(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        if let Some(parent) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            File::open(parent)?.sync_all()?;
        }
        Ok(Folder { path: path.to_path_buf() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the folder for this process, until the answer is dropped; nothing when another one has it.
    pub fn lock(&self) -> io::Result<Option<File>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(self.path.join("lock"))?;
        match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Files for Folder {
    type File = File;

    fn list(&self) -> io::Result<Vec<(String, u64)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            // One that the writer removed meanwhile is no error.
            if let (Ok(name), Ok(about)) = (entry.file_name().into_string(), entry.metadata()) {
                found.push((name, about.len()));
            }
        }
        Ok(found)
    }

    fn create(&self, name: &str) -> io::Result<File> {
        use std::os::unix::fs::OpenOptionsExt;
        OpenOptions::new().append(true).create_new(true).mode(0o600).open(self.path.join(name))
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path.join(name))
    }

    fn cut(&self, name: &str, length: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(self.path.join(name))?;
        file.set_len(length)?;
        file.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}

impl Written for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}
