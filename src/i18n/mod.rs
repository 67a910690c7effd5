//! Messages to text: English and Brazilian Portuguese catalogues, one file a room.
