# What the command line says.

cli-error = Error

exit-done = done
exit-failed = failed; nothing was changed
exit-usage = the command or a setting is wrong; nothing ran
exit-fallback = demo --kind: that kind is not possible here
exit-locked = another operation holds what this one needs
exit-rolled-back = failed half-way; what was changed has been put back
exit-needs-operator = an undo failed; a person must decide (zelo operation resolve)
exit-not-found = no such resource, backup, operation or file
exit-cancelled = cancelled; nothing is changed any more
exit-environment = Zelo cannot work here: Docker, disk, key file or its database
