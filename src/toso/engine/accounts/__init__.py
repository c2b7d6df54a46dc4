"""Accounts: users, their credentials, their devices, and the server's sealing key.

Owns: `User` (its id is the person's id everywhere), `Device`, `EnrolmentCode`, `Throttle`, the key file under
`TOSO_HOME/keys`.
Who may call: pages (sign in, enrol, sign out), engine.sync (devices, unsealing), roles and teams (`create_users`),
the `toso` command. It knows nothing of roles or places: who may issue a code is decided by the caller.
Invariants: tokens, codes and passwords are stored only as hashes; a revoked device is still recognised; failures are
counted also for names that do not exist, so that nobody learns which do; all moments are milliseconds since 1970 UTC.
"""
