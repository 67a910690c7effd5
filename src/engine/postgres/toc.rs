//! The table of contents that pg_dump writes in all its formats but plain SQL
//! (versions 1.12 to 1.16): header and entries, read from a slice without copying.

/// A single string (a view's definition) of our own dumps is not larger.
pub(super) const STRING_LIMIT: u64 = 256 << 20;

/// What the header calls the formats.
pub(super) const CUSTOM: u8 = 1;

/// What it begins with.
pub(super) const MAGIC: &[u8] = b"PGDMP";

/// Why it is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bad {
    Magic,
    Version(u8, u8),
    Broken(&'static str),
}

/// Not enough bytes for the next token, or a bad one.
#[derive(Debug)]
pub(super) enum Short {
    More,
    Bad(Bad),
}

pub(super) fn broken(what: &'static str) -> Short {
    Short::Bad(Bad::Broken(what))
}

/// Sizes the header announces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) version: (u8, u8),
    pub(super) int: usize,
    pub(super) offset: usize,
    /// Which format its entries' last field is of.
    pub(super) format: u8,
    /// Longer strings are refused.
    pub(super) limit: u64,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { version: (1, 0), int: 4, offset: 8, format: CUSTOM, limit: STRING_LIMIT }
    }
}

/// The first bytes.
#[derive(Debug)]
pub(super) struct Header<'a> {
    /// From the first byte: where how its data is compressed stands, and ends.
    pub(super) compression: (usize, usize),
    /// Whether its data is compressed.
    pub(super) compressed: bool,
    /// Seconds, minutes, hours, day, months from 0, years from 1900, daylight saving.
    pub(super) made: [i64; 7],
    pub(super) database: Option<&'a [u8]>,
    pub(super) server: Option<&'a [u8]>,
    pub(super) tool: Option<&'a [u8]>,
}

/// One entry.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) id: i64,
    pub(super) has_dumper: bool,
    pub(super) tag: &'a [u8],
    /// `TABLE DATA`, `EXTENSION`…
    pub(super) kind: &'a [u8],
    pub(super) definition: &'a [u8],
    /// From the entry's first byte: where the definition's length stands, and where
    /// the definition ends.
    pub(super) definition_at: (usize, usize),
    /// `COPY …;` if its data is that of one.
    pub(super) copy: Option<&'a [u8]>,
    pub(super) owner: &'a [u8],
    pub(super) tail: Tail<'a>,
    /// From the entry's first byte: where that begins.
    pub(super) tail_at: usize,
}

/// An entry's last field, by format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail<'a> {
    /// Whether the position of its data is known, or there is none.
    Offset(u8),
    /// The file its data is in; empty if there is none.
    File(&'a [u8]),
}

/// Reads tokens from a slice without moving on unless there is a whole one.
pub(super) struct Cursor<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) sizes: Sizes,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8], sizes: Sizes) -> Self {
        Self { bytes, at: 0, sizes }
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Short> {
        let end = self.at.checked_add(count).ok_or(Short::More)?;
        let taken = self.bytes.get(self.at..end).ok_or(Short::More)?;
        self.at = end;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Short> {
        Ok(self.take(1)?[0])
    }

    /// A sign byte, then the value, lowest byte first.
    pub(super) fn int(&mut self) -> Result<i64, Short> {
        let negative = match self.byte()? {
            0 => false,
            1 => true,
            _ => return Err(broken("a number's sign")),
        };
        let mut value: u64 = 0;
        for (place, byte) in self.take(self.sizes.int)?.iter().enumerate() {
            value |= u64::from(*byte) << (8 * place);
        }
        let value = i64::try_from(value).map_err(|_| broken("a number too large"))?;
        Ok(if negative { -value } else { value })
    }

    /// A length and so many bytes; a negative length is no string.
    pub(super) fn string(&mut self) -> Result<Option<&'a [u8]>, Short> {
        match u64::try_from(self.int()?) {
            Err(_) => Ok(None),
            Ok(length) if length > self.sizes.limit => Err(broken("a text too long")),
            Ok(length) => self.take(usize::try_from(length).unwrap_or(usize::MAX)).map(Some),
        }
    }

    /// The header, of any format.
    pub(super) fn header(&mut self) -> Result<Header<'a>, Short> {
        let start = self.bytes.get(..MAGIC.len().min(self.bytes.len())).unwrap_or_default();
        if !MAGIC.starts_with(start) {
            return Err(Short::Bad(Bad::Magic));
        }
        self.take(MAGIC.len())?;
        let (major, minor, _) = (self.byte()?, self.byte()?, self.byte()?);
        if major != 1 || !(12..=16).contains(&minor) {
            return Err(Short::Bad(Bad::Version(major, minor)));
        }
        let (int, offset, format) = (self.byte()?, self.byte()?, self.byte()?);
        if !(1..=8).contains(&int) || !(1..=8).contains(&offset) {
            return Err(broken("sizes of numbers"));
        }
        let limit = self.sizes.limit;
        self.sizes = Sizes { version: (major, minor), int: int.into(), offset: offset.into(), format, limit };
        let from = self.at;
        // Which method; before 1.15 how strongly.
        let compressed = if minor >= 15 { self.byte()? != 0 } else { self.int()? != 0 };
        let compression = (from, self.at);
        let mut made = [0; 7];
        for field in &mut made {
            *field = self.int()?;
        }
        let (database, server, tool) = (self.string()?, self.string()?, self.string()?);
        Ok(Header { compression, compressed, made, database, server, tool })
    }

    /// How many entries follow.
    pub(super) fn count(&mut self) -> Result<u64, Short> {
        u64::try_from(self.int()?).map_err(|_| broken("a negative number of entries"))
    }

    /// The next entry.
    pub(super) fn entry(&mut self) -> Result<Entry<'a>, Short> {
        let (start, minor) = (self.at, self.sizes.version.1);
        let id = self.int()?;
        let has_dumper = self.int()? != 0;
        self.string()?; // tableoid
        self.string()?; // oid
        let tag = self.string()?.unwrap_or_default();
        let kind = self.string()?.unwrap_or_default();
        self.int()?; // section
        let from = self.at;
        let definition = self.string()?.unwrap_or_default();
        let definition_at = (from - start, self.at - start);
        self.string()?; // how it is dropped
        let copy = self.string()?;
        self.string()?; // schema
        self.string()?; // tablespace
        if minor >= 14 {
            self.string()?; // access method
        }
        if minor >= 16 {
            self.int()?; // kind of relation
        }
        let owner = self.string()?.unwrap_or_default();
        self.string()?; // once: with oids
        while self.string()?.is_some() {} // what it depends on
        let tail_at = self.at - start;
        let tail = if self.sizes.format == CUSTOM {
            let state = self.byte()?;
            self.take(self.sizes.offset)?;
            Tail::Offset(state)
        } else {
            Tail::File(self.string()?.unwrap_or_default())
        };
        Ok(Entry { id, has_dumper, tag, kind, definition, definition_at, copy, owner, tail, tail_at })
    }
}

/// A number as an archive writes one.
pub(super) fn int(sizes: Sizes, value: i64) -> Vec<u8> {
    let mut bytes = vec![u8::from(value < 0)];
    let value = value.unsigned_abs();
    bytes.extend((0..sizes.int).map(|place| (value.checked_shr(8 * place as u32).unwrap_or(0) & 0xff) as u8));
    bytes
}
