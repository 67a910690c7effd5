# Letters, and why one did not get away.

mail-test-subject = Test mail of { $instance }
mail-test-body = This is a test. Zelo sent it with the mail settings of the instance { $instance }, because somebody asked for it there.
mail-test-end = Nothing has to be done. If you did not expect it, ask whoever runs { $instance }.

problem-mail-address = { $field ->
        [to] The address of the recipient is not one that mail can be sent to.
       *[from] SMTP_ADMIN_EMAIL is not an address that mail can be sent from.
    }
    .safe = Nothing was sent; the instance was not changed.
    .next = Enter one plain address, without a name and in ASCII: ana@example.com.
problem-mail-no-host = No mail server is set: SMTP_HOST is empty.
    .safe = Nothing was sent; the instance was not changed.
    .next = Enter SMTP_HOST and its port, then try again.
problem-mail-no-port = SMTP_PORT is not a port: the sign-in service does not start with it.
    .safe = Nothing was sent; the instance was not changed.
    .next = Enter the port your provider names: mostly 587, or 465 for TLS from the start.
problem-mail-other-field = { $field } is no setting of the mail server.
    .safe = Nothing was sent; the instance was not changed.
    .next = Send only the fields that begin with smtp_ along with a test mail.
problem-mail-password-elsewhere = The stored password is sent to the stored server only, and another one was entered: { $host }.
    .safe = Nothing was sent; the instance was not changed.
    .next = Enter the password (smtp_pass) together with the new server, or save the server first.
problem-mail-container-off = SMTP_HOST names the container { $container }, which has no address: it does not run.
    .safe = Nothing was sent; the instance was not changed.
    .next = Start that service, then try again.
problem-mail-name-unknown = The name of the mail server, { $host }, leads nowhere from here.
    .safe = Nothing was sent; the instance was not changed.
    .next = Look for a typing error in SMTP_HOST; then check the name servers of this machine.
problem-mail-connect = Nobody takes the connection at { $host }, port { $port }.
    .safe = Nothing was sent; the instance was not changed.
    .next = Check SMTP_PORT: mostly 587, or 465 for TLS from the start; then firewalls on the way.
problem-mail-connect-slow = { $host } did not take a connection on port { $port } within { $seconds } s.
    .safe = Nothing was sent; the instance was not changed.
    .next = A firewall on the way is likely: many providers block port 25. Try 587 or 465, or ask the provider.
problem-mail-slow = { $host }, port { $port }, was reached and did not answer to the end within { $seconds } s.
    .safe = The instance was not changed. Whether the letter was taken is not known.
    .next = Try again in a minute. On port 465 the server must speak TLS from the start, on others it must not.
problem-mail-not-smtp = What answers at { $host }, port { $port }, is no mail server, or hung up at once.
    .safe = Nothing was sent; the instance was not changed.
    .next = Check SMTP_PORT; a server with TLS from the start is asked so on port 465 only.
problem-mail-greeting = The mail server { $host } refuses to talk: code { $code }.
    .safe = Nothing was sent; the instance was not changed.
    .next = Its own words say why; often this machine's address is on a list of theirs. Ask whoever runs the server.
problem-mail-tls = No encrypted connection to { $host } came about.
    .safe = Nothing was sent, no password either; the instance was not changed.
    .next = Check that SMTP_HOST is the name on the server's certificate, and that the port fits: 465 for TLS from the start, 587 otherwise. A private authority has to be known to this machine and to the sign-in service's container.
problem-mail-login-unsafe = { $host } offers no encryption, and the sign-in service never sends a password in the clear to another machine.
    .safe = Nothing was sent, no password either; the instance was not changed.
    .next = Use a port with encryption (587 or 465); or empty SMTP_USER, if the server takes mail without a login.
problem-mail-login-way = { $host } offers only ways to log in that this test does not know: { $offered }.
    .safe = Nothing was sent, no password either; the instance was not changed.
    .next = Let the server offer PLAIN or LOGIN. With CRAM-MD5 the sign-in service itself may still be able to log in.
problem-mail-login = { $host } refused the login: code { $code }.
    .safe = Nothing was sent; the instance was not changed.
    .next = Check SMTP_USER and SMTP_PASS. Many providers want a password made for programs, or the whole address as the name.
problem-mail-sender = { $host } does not take mail from { $sender }: code { $code }.
    .safe = Nothing was sent; the instance was not changed.
    .next = Set SMTP_ADMIN_EMAIL to an address that this account may send from; the provider has to know its domain.
problem-mail-recipient = { $host } does not take mail for { $to }: code { $code }.
    .safe = Nothing was sent; the instance was not changed.
    .next = Check the address. A server that passes mail on only after a login needs SMTP_USER and SMTP_PASS.
problem-mail-letter = { $host } took sender and recipient, and not the letter: code { $code }.
    .safe = Nothing was sent; the instance was not changed.
    .next = Its own words say why: a limit that is used up, or its judgement of the content.
problem-mail-broken = { $host } broke off in the middle.
    .safe = The instance was not changed; the server did not say that it took the letter.
    .next = Try again in a minute; the server's own log says more.
problem-internal-mail = The letter could not be written.
    .safe = Nothing was sent; the instance was not changed.
    .next = Report it, with the name and address of the sender.

mail-from-here = It was sent from the machine Zelo runs on. This says nothing about whether the sign-in service's container reaches the same server.
