//! Appending bytes so that a failure leaves no trace; apart from files, so that failures can be played in tests.

use std::fs::File;
use std::io::{self, Write as _};

/// What appending needs of a file.
pub(super) trait Disk {
    /// Writes all of `bytes` at the end, or fails with any part of them written.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when everything written is on the device.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file to `length`.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

impl Disk for File {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// A file of whole records.
#[derive(Debug)]
pub(super) struct Log<D> {
    pub(super) disk: D,
    /// Where the last good record ends.
    pub(super) length: u64,
    /// Whether a failed append couldn't be taken back.
    pub(super) broken: bool,
}

impl<D: Disk> Log<D> {
    /// Appends one record, with `sync` durably; after an error the file is as it was, or the log is `broken`: a record
    /// written behind a torn one would make that look like damage.
    pub(super) fn append(&mut self, bytes: &[u8], sync: bool) -> io::Result<()> {
        let written = self.disk.write(bytes).and_then(|()| if sync { self.disk.sync() } else { Ok(()) });
        if written.is_ok() {
            self.length += bytes.len() as u64;
        } else {
            self.broken = self.disk.cut(self.length).is_err();
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk that notes what is asked of it and fails where told.
    #[derive(Default)]
    struct Fake {
        bytes: Vec<u8>,
        calls: String,
        fail: &'static str,
    }

    impl Fake {
        fn call(&mut self, name: &str) -> io::Result<()> {
            self.calls += name;
            if self.fail.contains(name) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
        }
    }

    impl Disk for Fake {
        fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
            let fits = self.call("w");
            // A full disk takes part of a record.
            self.bytes.extend(&bytes[..if fits.is_ok() { bytes.len() } else { bytes.len() / 2 }]);
            fits
        }

        fn sync(&mut self) -> io::Result<()> {
            self.call("s")
        }

        fn cut(&mut self, length: u64) -> io::Result<()> {
            self.call("c")?;
            self.bytes.truncate(length as usize);
            Ok(())
        }
    }

    fn log(fail: &'static str) -> Log<Fake> {
        Log { disk: Fake { fail, bytes: b"old".to_vec(), ..Fake::default() }, length: 3, broken: false }
    }

    #[test]
    fn a_record_is_synced_before_it_is_acknowledged() {
        let mut log = log("");
        assert!(log.append(b"new!", true).is_ok());
        assert_eq!((log.disk.calls.as_str(), log.disk.bytes.as_slice(), log.length), ("ws", &b"oldnew!"[..], 7));
        assert!(log.append(b"more", false).is_ok());
        assert_eq!((log.disk.calls.as_str(), log.length), ("wsw", 11));
    }

    #[test]
    fn a_failed_write_or_sync_is_taken_back() {
        for (fail, calls) in [("w", "wc"), ("s", "wsc")] {
            let mut log = log(fail);
            assert!(log.append(b"new!", true).is_err());
            assert_eq!((log.disk.calls.as_str(), log.disk.bytes.as_slice()), (calls, &b"old"[..]));
            assert_eq!((log.length, log.broken), (3, false));
        }
    }

    #[test]
    fn what_cannot_be_taken_back_breaks_the_log() {
        let mut log = log("wc");
        assert!(log.append(b"new!", true).is_err());
        assert!(log.broken);
    }
}
