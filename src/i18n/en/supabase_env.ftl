# The .env file of an instance: lines that stop Compose, and edits that are refused.

env-fatal-character = A name cannot hold this character: Compose refuses the file.
env-fatal-space = A name cannot hold a space: Compose refuses the file.
env-fatal-quote = The quote that opens here is never closed: Compose refuses the file.
env-fatal-braces = After a dollar sign and a brace no name follows that Compose can read, or no closing brace: it refuses the file.
env-fatal-required = The value asks for another one that is not set above: Compose refuses the file.
env-fatal-long = With its references resolved the value is longer than any program can be given.

problem-env-key-name = This is not a name that the .env file can hold.
    .safe = The file was not changed.
    .next = Use letters, digits and “_”, and begin with a letter.

problem-env-value-control = The value for { $key } holds a line end, a tab or another control character.
    .safe = The file was not changed.
    .next = Enter the value in one line. If it was pasted, remove what came along at its end.

problem-env-edit-quote = The value of { $key } in line { $line } runs over several lines, and what follows its quote cannot be read: most likely its own quote was forgotten.
    .safe = The file was not changed; replacing the value would have removed those lines.
    .next = Put the missing quote into line { $line } by hand, then edit the value here.

problem-env-edit-breaks = With this value for { $key }, line { $line } of the .env file would stop all of Compose.
    .safe = The file was not changed.
    .next = Look at line { $line }: it refers to { $key }. Choose another value, or change that line first.

problem-env-edit-last-line = Line { $line } of the .env file has no “=” and a space in it: with { $key } in a line behind it, it would stop all of Compose.
    .safe = The file was not changed.
    .next = Remove line { $line } by hand, or make a comment of it with “#”, then try again.

problem-env-edit-refused = The value of { $key } cannot be changed without touching other lines of the .env file.
    .safe = The file was not changed.
    .next = Correct the lines that are marked as invalid, then try again.
problem-env-not-utf8 = The .env file is not UTF-8: line { $line }, the value of { $key }. What Compose makes of such a file cannot be compared.
    .safe = The file was not changed, and nothing was restarted.
    .next = Save it as UTF-8, for example with “iconv -f LATIN1 -t UTF-8”, then try again.
problem-env-not-utf8-line = The .env file is not UTF-8: line { $line }. What Compose makes of such a file cannot be compared.
    .safe = The file was not changed, and nothing was restarted.
    .next = Save it as UTF-8, for example with “iconv -f LATIN1 -t UTF-8”, then try again.
