# Whole clusters, over the replication protocol.

problem-pg-physical-unreachable = PostgreSQL does not answer at { $address }.
    .safe = Nothing was changed.
    .next = Look whether the database runs and whether this machine reaches its network, then try again.
problem-pg-physical-login = PostgreSQL does not let { $user } in at { $address }.
    .safe = Nothing was changed.
    .next = The server's own words say why. Where the password drifted, the diagnosis finds it and repairs it.
problem-pg-physical-login-kind = PostgreSQL asks for the password in a way that Zelo does not use ({ $method }).
    .safe = The password was not sent.
    .next = Let the server ask with scram-sha-256, or choose the logical format.
problem-pg-physical-old = PostgreSQL { $version } cannot be saved physically: that begins with version { $oldest }.
    .safe = Nothing was changed, and no backup was begun.
    .next = Choose the logical format.
problem-pg-physical-tablespaces = { $count ->
        [one] The cluster has a tablespace of its own, which lies outside the data directory.
       *[other] The cluster has { $count } tablespaces of its own, which lie outside the data directory.
    }
    .safe = Nothing was changed, and no backup was begun.
    .next = Choose the logical format: it saves what is in them as well.
problem-pg-physical-failed = PostgreSQL could not copy the cluster.
    .safe = Nothing was changed on the server, and no backup was published.
    .next = The server's own words say why. Remove the cause and try again, or choose the logical format.
problem-pg-physical-cut = The copy of the cluster broke off.
    .safe = Nothing was changed on the server, and no backup was published.
    .next = Look whether the database was restarted meanwhile, then try again.
problem-structure-cluster = The copy of the cluster in this backup is damaged.
    .safe = The database itself was not touched.
    .next = Use another recovery point, take a new one, and look at the store's disk.
