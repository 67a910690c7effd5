# The keys of an instance's .env: their names, what they do, and why a value is refused.

key-group-general = General
key-group-dashboard = Studio
key-group-urls = Addresses
key-group-sign-in = Sign-in
key-group-smtp = Mail
key-group-jwt = Tokens
key-group-api-keys = API keys
key-group-database = Database
key-group-pooler = Connection pooler
key-group-postgrest = REST API
key-group-ports = Ports
key-group-services = Secrets of services
key-group-functions = Edge functions

key-sql-setting = In the database: ALTER DATABASE … SET "{ $setting }"
key-sql-followed = In the database, where it has the setting: ALTER DATABASE … SET "{ $setting }"
key-sql-roles = In the database: ALTER ROLE … PASSWORD for each role of Supabase, and the records of the pooler and the log service
key-touches-unsaid = Which services a setting touches is not known.

key-kind-bool = True or false
key-kind-int = A whole number, { $min } to { $max }
key-kind-port = A port, 1 to 65535
key-kind-text = One line, { $min } to { $max } characters
key-kind-text-or-none = One line, at most { $max } characters, or nothing
key-kind-login = { $min } to { $max } letters, digits, “_”, “-” and “.”
key-kind-alphanumeric = { $min } to { $max } letters and digits
key-kind-token = { $min } to { $max } letters, digits and “_-.+/=”
key-kind-token-of = { $length } letters, digits and “_-.+/=”
key-kind-hex = { $length } hexadecimal digits
key-kind-url = An address with http:// or https://
key-kind-host = A host's name or address
key-kind-email = An e-mail address
key-kind-names = Names, separated by commas
key-kind-globs = Patterns of addresses, separated by commas
key-kind-jwt = A signed token for the role { $role }
key-kind-api-key = A key that begins with { $prefix }, or nothing
key-kind-json-array = A JSON array, or nothing
key-kind-json-object = A JSON object, or nothing

key-organization = Organization
key-organization-help = The organization's name in Studio.
key-default-project = Project name in Studio
key-default-project-help = The project's name in Studio.

key-dashboard-username = Studio's user name
key-dashboard-username-help = The name to sign in to Studio with. Letters, digits, “_”, “-” and “.”, with one letter at least.
key-dashboard-password = Studio's password
key-dashboard-password-help = The password to sign in to Studio with. At least 8 characters: letters, digits, “_”, “-” and “.”, with one letter at least.

key-public-url = Public address
key-public-url-help = Where browsers reach the gateway. Studio and Storage build links from it.
key-api-external-url = Address of sign-in
key-api-external-url-help = Where the sign-in service is reached from outside: links in mails, callbacks, and the issuer of tokens. Ends in /auth/v1 since release 0.7.

key-site-url = Address of the application
key-site-url-help = Where people land after they have signed in.
key-additional-redirect-urls = Further addresses after sign-in
key-additional-redirect-urls-help = Patterns of other addresses that sign-in may lead to, separated by commas: https://*.example.com/**
key-disable-signup = No new accounts
key-disable-signup-help = Nobody can sign up any more; people who have an account still can sign in.
key-enable-email-signup = Sign-up by e-mail
key-enable-email-signup-help = People can sign up with an e-mail address and a password.
key-enable-email-autoconfirm = Trust e-mail addresses unasked
key-enable-email-autoconfirm-help = A new e-mail address counts as confirmed: no mail is sent.
key-enable-anonymous-users = Anonymous users
key-enable-anonymous-users-help = People can use the application without an account of their own.
key-enable-phone-signup = Sign-up by phone
key-enable-phone-signup-help = People can sign up with a phone number.
key-enable-phone-autoconfirm = Trust phone numbers unasked
key-enable-phone-autoconfirm-help = A new phone number counts as confirmed: no message is sent.

key-smtp-host = Mail server
key-smtp-host-help = The server that sends the mails of sign-in.
key-smtp-port = Mail server's port
key-smtp-port-help = Most servers listen on 587 or 465.
key-smtp-user = Mail account
key-smtp-user-help = The name to sign in to the mail server with.
key-smtp-pass = Mail account's password
key-smtp-pass-help = The password to sign in to the mail server with.
key-smtp-sender-name = Sender's name
key-smtp-sender-name-help = The name that people see as the sender.
key-smtp-admin-email = Sender's address
key-smtp-admin-email-help = The address that mails come from.

key-jwt-expiry = Lifetime of an access token
key-jwt-expiry-help = In seconds, at most a week. It also stands in the database, which is changed along.
key-jwt-secret = Signing secret
key-jwt-secret-help = All tokens and both API keys are signed with it.
key-jwt-keys = Private signing keys
key-jwt-keys-help = A JSON array of keys for asymmetric signatures.
key-jwt-jwks = Keys that verify
key-jwt-jwks-help = A JSON object with the keys that services verify tokens with.

key-anon-key = Anonymous key
key-anon-key-help = The API key of browsers and apps: a token for the role anon, signed with the signing secret.
key-service-role-key = Service key
key-service-role-key-help = The API key of servers, which passes all policies: a token for the role service_role, signed with the signing secret.
key-publishable-key = Publishable key
key-publishable-key-help = The short API key of browsers and apps. Empty: not in use.
key-secret-key = Secret key
key-secret-key-help = The short API key of servers. Empty: not in use.

key-postgres-password = Database password
key-postgres-password-help = The password of all of Supabase's own roles. Letters and digits only: it stands in addresses as it is.
key-postgres-host = Database host
key-postgres-host-help = Where the services find the database.
key-postgres-db = Database name
key-postgres-db-help = The database that the services use.
key-postgres-port = Database port
key-postgres-port-help = The port inside the database's container, and the pooler's on the host.

key-pooler-port-transaction = Port for transactions
key-pooler-port-transaction-help = The host's port for connections that last one transaction.
key-pooler-db-pool-size = The pooler's own connections
key-pooler-db-pool-size-help = How many connections the pooler opens for its own records.
key-pooler-tenant-id = Tenant
key-pooler-tenant-id-help = The name that clients add to their user name.
key-pooler-default-pool-size = Connections to the database
key-pooler-default-pool-size-help = How many connections the pooler opens for each pool.
key-pooler-max-client-conn = Clients
key-pooler-max-client-conn-help = How many clients the pooler accepts.
key-vault-enc-key = The pooler's encryption key
key-vault-enc-key-help = Exactly 32 characters. The pooler's records are encrypted with it.

key-pgrst-db-schemas = Schemas of the REST API
key-pgrst-db-schemas-help = Schemas that can be reached from outside, separated by commas. Each must exist.
key-pgrst-db-max-rows = Rows of an answer
key-pgrst-db-max-rows-help = The most rows that one answer of the REST API holds.
key-pgrst-db-extra-search-path = Further search path
key-pgrst-db-extra-search-path-help = Schemas that are searched too but cannot be reached from outside, separated by commas.

key-api-gw-http-port = Gateway's port
key-api-gw-http-port-help = The host's port of the gateway, since release 0.8.
key-kong-http-port = Gateway's port (older releases)
key-kong-http-port-help = The host's port of the gateway, where no newer name is set.
key-kong-https-port = Gateway's TLS port (older releases)
key-kong-https-port-help = The host's port for HTTPS.

key-secret-key-base = Session secret
key-secret-key-base-help = At least 64 characters. Realtime and the pooler sign their own sessions with it.
key-realtime-db-enc-key = Realtime's encryption key
key-realtime-db-enc-key-help = Exactly 16 characters.
key-pg-meta-crypto-key = Studio's encryption key
key-pg-meta-crypto-key-help = At least 32 characters. Studio encrypts what it sends to the database's helper.
key-s3-access-key-id = S3 access key
key-s3-access-key-id-help = 32 hexadecimal digits. The name of S3 clients.
key-s3-access-key-secret = S3 secret
key-s3-access-key-secret-help = 64 hexadecimal digits. The password of S3 clients.
key-logflare-public-token = Analytics' public token
key-logflare-public-token-help = At least 32 characters, and another one than the private token. Logs are sent with it.
key-logflare-private-token = Analytics' private token
key-logflare-private-token-help = At least 32 characters, and another one than the public token. Studio reads logs with it.

key-functions-verify-jwt = Functions ask for a token
key-functions-verify-jwt-help = Each call of a function needs a valid token.

env-caution-auth-path = { $key } does not end in /auth/v1. Releases since 0.7 expect that; without it, links in mails and sign-in with other providers lead nowhere.

problem-env-empty = { $key } cannot be empty.
    .safe = Nothing was changed.
    .next = Enter a value, or leave the key as it is.

problem-env-long = The value for { $key } is longer than { $max } characters.
    .safe = Nothing was changed.
    .next = Enter a shorter one.

problem-env-short = The value for { $key } is too short: it needs { $min } characters.
    .safe = Nothing was changed.
    .next = Enter a longer one.

problem-env-gateway-characters = { $key } cannot hold “|”, “&” or “\”: the gateway's start-up script does not take them.
    .safe = Nothing was changed.
    .next = Use a value without these characters.

problem-env-bool = { $key } is neither true nor false.
    .safe = Nothing was changed.
    .next = Enter “true” or “false”. Anything else, even a space behind it, stops the service.

problem-env-int = { $key } must be a whole number from { $min } to { $max }.
    .safe = Nothing was changed.
    .next = Enter digits only, without a sign, a space or a leading zero.

problem-env-port = { $key } is not a port.
    .safe = Nothing was changed.
    .next = Enter a number from 1 to 65535.

problem-env-alphanumeric = { $key } holds something else than letters and digits.
    .safe = Nothing was changed.
    .next = Use unaccented letters and digits: the value stands in addresses as it is, and other characters break them.

problem-env-characters = { $key } holds a character that is not allowed there.
    .safe = Nothing was changed.
    .next = Use unaccented letters, digits and { $allowed }

problem-env-login-letter = { $key } reads as a number or as a word such as “true”, with which the gateway of some releases does not start.
    .safe = Nothing was changed.
    .next = Choose a value that begins with a letter and is no such word.

problem-env-hex = { $key } must be exactly { $length } hexadecimal digits.
    .safe = Nothing was changed.
    .next = Enter digits and the letters a to f only.

problem-env-url = { $key } is not an address that the services can use.
    .safe = Nothing was changed.
    .next = Enter it whole, as in https://example.com: with http:// or https://, without spaces, user name or password.

problem-env-host = { $key } is not the name or address of a host.
    .safe = Nothing was changed.
    .next = Enter it without http:// and without a port.

problem-env-email = { $key } is not an e-mail address.
    .safe = Nothing was changed.
    .next = Enter one address, such as admin@example.com, without a name.

problem-env-names = { $key } is not a list of names.
    .safe = Nothing was changed.
    .next = Enter names separated by commas. A name has letters, digits, “_”, “-” and “$”, at most 63.

problem-env-glob = Pattern { $number } of { $key } cannot be read; with it the sign-in service would not start.
    .safe = Nothing was changed.
    .next = Close every bracket and brace, and write each alternative as a pattern of its own: a comma always separates two patterns.

problem-env-api-key = { $key } does not have the form of such a key.
    .safe = Nothing was changed.
    .next = Enter it whole: { $prefix }, 22 characters, “_” and 8 characters.

problem-env-json = { $key } is not JSON of the form that the services read.
    .safe = Nothing was changed.
    .next = Enter it as the tool that made the keys printed it, in one line.

problem-env-schema-missing = { $key } names the schema { $schema }, which is not in the database: the REST API would answer nothing.
    .safe = Nothing was changed.
    .next = Make the schema first, or leave its name out.

problem-env-same = { $key } and { $other } must not be the same.
    .safe = Nothing was changed.
    .next = Choose another value for one of them.

problem-env-jwt-shape = { $key } is not a token signed by HS256 that says when it ends.
    .safe = Nothing was changed.
    .next = Enter it whole: three parts with dots between them.

problem-env-jwt-role = { $key } is a token for another role than { $role }.
    .safe = Nothing was changed.
    .next = Make a token whose role is { $role }; look whether the two keys were mixed up.

problem-env-jwt-signature = { $key } was not signed with this instance's JWT_SECRET: every request with it would be refused.
    .safe = Nothing was changed.
    .next = Sign the token with the JWT_SECRET of this instance.

problem-env-jwt-no-secret = The signature of { $key } cannot be checked: JWT_SECRET is not set.
    .safe = Nothing was changed.
    .next = Look at JWT_SECRET in the .env file first.

problem-env-refused-fixed = { $key } was settled when the database was made; with another value no service finds it.
    .safe = Nothing was changed.
    .next = Leave it as it is. For another database, set up another instance and restore into it.

problem-env-refused-password = { $key } cannot be changed in the file alone: the same password stands in the database, for every role of Supabase, and in the pooler's records.
    .safe = Nothing was changed.
    .next = Leave it as it is here. “New database password”, or “zelo instance config rotate NAME postgres_password”, changes all places at once.

problem-env-refused-jwt = { $key } cannot be changed alone: the signing secret, the signing keys and both API keys belong together.
    .safe = Nothing was changed.
    .next = Leave it as it is here. “New JWT secret”, or “zelo instance config rotate NAME jwt_secret”, makes secret and both API keys anew.

problem-env-refused-pooler = The pooler keeps { $key } in its own records and reads it from the file only once: a change would not arrive there.
    .safe = Nothing was changed.
    .next = Leave it as it is. To change it, change the pooler's tenant by its own API.

problem-env-refused-vault = The pooler's records are encrypted with { $key }: with another one it cannot read them and does not start.
    .safe = Nothing was changed.
    .next = Leave it as it is.
