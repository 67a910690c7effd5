# What reading the settings says. $at: file and line, variable, or flag.

problem-setting-file = The settings file { $path } cannot be read.
    .safe = Zelo did not start; nothing was changed.
    .next = Check the path and its permissions.

problem-setting-syntax = { $at }: not valid TOML.
    .safe = Zelo did not start; nothing was changed.
    .next = Correct that line; zelo.example.toml shows every setting.

problem-setting-unknown = { $at }: there is no setting “{ $key }”.
    .safe = Zelo did not start; nothing was changed.
    .next = Remove it; zelo.example.toml shows every setting.

problem-setting-unknown-near = { $at }: there is no setting “{ $key }”. Did you mean “{ $near }”?
    .safe = Zelo did not start; nothing was changed.
    .next = Correct or remove it; zelo.example.toml shows every setting.

problem-setting-not-single = { $at }: “{ $key }” must be a single value, not { $kind ->
        [array] a list
       *[other] a table
    }.
    .safe = Zelo did not start; nothing was changed.
    .next = Write it as in zelo.example.toml.

problem-setting-path = { $at }: “{ $key }” is “{ $value }”; it must be an absolute path without “..”.
    .safe = Zelo did not start; nothing was changed.
    .next = Write the whole path, from “/” on.

problem-setting-address = { $at }: “{ $key }” is “{ $value }”; it must be an IP address with a port.
    .safe = Zelo did not start; nothing was changed.
    .next = Write it like 127.0.0.1:8600 or [::1]:8600.
problem-setting-network = { $at }: “{ $key }” is “{ $value }”; it must be addresses or networks, separated by commas.
    .safe = Zelo did not start; nothing was changed.
    .next = Write them like 127.0.0.1, 10.0.0.0/8 or fd00::/8.

problem-setting-number = { $at }: “{ $key }” is “{ $value }”; it must be a whole number from { $min } to { $max }.
    .safe = Zelo did not start; nothing was changed.
    .next = Correct the number.

problem-setting-duration = { $at }: “{ $key }” is “{ $value }”; it must be a duration of at least { $min }.
    .safe = Zelo did not start; nothing was changed.
    .next = Write it with units: 90s, 5m, 1h 30m, 7d.

problem-setting-size = { $at }: “{ $key }” is “{ $value }”; it must be a size.
    .safe = Zelo did not start; nothing was changed.
    .next = Write it with a unit: 500 MB, 2 GiB.

problem-setting-choice = { $at }: “{ $key }” is “{ $value }”; it must be one of: { $choices }.
    .safe = Zelo did not start; nothing was changed.
    .next = Choose one of them.

problem-setting-url = { $at }: “{ $key }” is “{ $value }”; it must be an address that starts with http:// or https://.
    .safe = Zelo did not start; nothing was changed.
    .next = Write it like https://zelo.example.com.

problem-setting-database = { $at }: “{ $key }” is neither “sqlite:” with an absolute path nor a PostgreSQL connection string. Its value is not shown: it may hold a password.
    .safe = Zelo did not start; nothing was changed.
    .next = Write it like sqlite:/var/lib/zelo/zelo.db or postgres://user:password@host/name.

problem-setting-no-home = There is no place for Zelo's data: “data” is not set, and neither XDG_DATA_HOME nor HOME is.
    .safe = Zelo did not start; nothing was changed.
    .next = Set “data” in the settings, ZELO_DATA, or --data to an absolute path.
