### Stores and the parts in them.

problem-store-full = Not enough space in the store: { $free } free, of which { $reserve } must stay free
    .safe = What was being written has been removed. Every finished backup is untouched.
    .next = Free space on the store's disk, delete backups you no longer need, or lower the reserve in the settings. Then try again.

problem-store-missing = Nothing is at “{ $path }” in the store
    .safe = Nothing was changed.
    .next = If the backup was moved or deleted outside Zelo, put it back, or run “zelo catalog rebuild” to bring the list up to date.

problem-store-exists = “{ $path }” already exists in the store
    .safe = It was not overwritten, and nothing else was changed.
    .next = Check whether another Zelo writes to the same store. If not, try again: a new backup gets a new name.

problem-store-unusable = The store at “{ $at }” cannot be used
    .safe = Nothing was written, least of all to the folder under an unmounted disk.
    .next = Check that the disk is mounted, that the folder still has its file “.zelo-store”, and that Zelo may write there. If store.folder was changed, move the former folder there with all in it, that hidden file too.

problem-store-path = “{ $path }” is not a path inside a store
    .safe = Nothing was read or written.
    .next = A path must be relative and stay inside the store. If it comes from a manifest, do not trust that backup.

problem-store-io = The store reported an error
    .safe = Finished backups are untouched. A file that was being written is not listed.
    .next = Read the system's message below. If it names an input/output error, check the disk's health before anything else.

problem-part-source = The data for “{ $path }” stopped coming
    .safe = The incomplete file has been removed. The database was only read.
    .next = Read the message below, check that the database and its container are running, and try again.

problem-part-compress = “{ $path }” could not be compressed
    .safe = The incomplete file has been removed. The database was only read.
    .next = The machine may be out of memory or threads. Free some and try again.

problem-part-short = The store kept { $size } of the { $bytes } written to “{ $path }”
    .safe = The incomplete file has been removed. Finished backups were not touched.
    .next = Do not trust this store until its disk or network share has been checked. Verify the other backups in it.

problem-part-missing = The file “{ $path }” of this backup is missing
    .safe = Nothing was changed.
    .next = Put the file back from a copy of the store, or use another backup.

problem-part-digest = “{ $path }” is not what was written: its size or digest differs from the manifest
    .safe = Nothing was restored from it.
    .next = Use another backup or a copy of this one. Check the disk, and verify the other backups in the store.

problem-part-decode = “{ $path }” is unchanged but cannot be decompressed
    .safe = Nothing was restored from it.
    .next = The file was already unreadable when it was written. Use another backup, and report this with the message below.

problem-part-read = “{ $path }” could not be read to its end
    .safe = Nothing was changed in the store.
    .next = Read the system's message below, check the disk or the connection to the store, and try again.

problem-part-encrypted = “{ $path }” is encrypted with the key “{ $key }”, which this Zelo does not have
    .safe = Nothing was changed.
    .next = Add that key, or decrypt the file by hand as the backup's RECOVER.md describes.

problem-scan-manifest = “{ $path }” holds a manifest that cannot be accepted
    .safe = The folder was left as it is.
    .next = Read the message below. A manifest of a later version needs a later Zelo; a damaged one can be replaced from a copy.

problem-scan-no-manifest = “{ $path }” is named like a backup but has no manifest
    .safe = The folder was left as it is.
    .next = It was never finished, or its manifest was lost. Replace the manifest from a copy, or delete the folder by hand.

problem-scan-duplicate = “{ $path }” is the same backup as “{ $other }”
    .safe = Both folders were left as they are; the other one is used.
    .next = Delete the copy you do not need.

problem-scan-deep = “{ $path }” lies deeper than any folder of a store
    .safe = Nothing below it was read.
    .next = Move what does not belong to Zelo out of the store.
