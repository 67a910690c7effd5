# Putting a recovery point back: in place, beside, as a copy.

restore-step-workspace = Make { $folder } on the same disk, with room for about { $bytes }
restore-step-unpack = Lay out “{ $part }” ({ $bytes }) in { $folder }
restore-step-side = Start a side cluster ({ $container }) of the same image, cut off from every network
restore-step-side-stop = Stop the side cluster, all written down, and remove its container
restore-step-sample = Compare a stored object with the recovery point: its bytes and attributes
restore-step-ready = Look that Compose accepts the files and that every image is here
restore-step-volumes = { $count ->
    [0] No named volume to compare
    [one] Give the volume { $volumes } the recovery point’s contents, if it differs
   *[other] Give the volumes { $volumes } the recovery point’s contents, where they differ
}
restore-step-swap = Swap { $folder } with what was laid out, in one moment
restore-step-up = Start what ran before, from the files that are live now
restore-step-kept = Look that { $folder } is what was set aside
restore-step-free = Remove { $folder } for good

restore-undo-with-folder = goes with the folder it lies in
restore-undo-workspace = removes the folder
restore-undo-side = removes the container
restore-undo-volumes = gives the volumes their former contents back
restore-undo-swap = stops everything, swaps back and starts what ran before; what was laid out stays beside it
restore-undo-up = goes back with the swap
restore-undo-free = cannot be undone

restore-warn-away = The instance is away from when it is stopped until it has started again; everything else is done beside it.
restore-warn-whole-folder = All of { $folder } is replaced, with the database and the stored objects in it. What is there now is set aside, whole, and can be swapped back.
restore-warn-outside = Compose files outside the project’s folder stay as they are now.
restore-warn-image-changed = The image { $image } is another one today than in the recovery point.
restore-warn-image-gone = The image { $image } is not on this machine. Nothing is pulled: pull it first.
restore-warn-undo = What was written since the restore is set aside with the folder and can be swapped back in turn.
restore-warn-since = { $known ->
    [yes] Since it was put back: { $users ->
                [one] one person
               *[other] { $users } people
            } signed up and { $objects ->
                [one] one object was
               *[other] { $objects } objects were
            } stored. What was changed or deleted is not counted.
   *[no] How many people signed up and how many objects were stored since cannot be told: the database does not say.
}

restore-log-kept = Swapped back. What was laid out, with what people wrote into it meanwhile, lies in { $folder }
restore-log-service-unknown = The recovery point does not know the service { $service }: its container { $container } stays, stopped

problem-restore-items-whole = An instance is put back whole.
    .safe = Nothing was changed.
    .next = Restore all of the recovery point, in place or under a new name, and take from the new instance what you need.
problem-restore-point-partial = This recovery point is not of a whole instance: it has no “{ $part }”.
    .safe = Nothing was changed.
    .next = Choose one that has the configuration, the databases and the stored objects. For settings alone, use their history.
problem-restore-record-broken = The record of the containers in this recovery point cannot be read.
    .safe = Nothing was changed.
    .next = Verify the recovery point, and choose another one if it fails.
problem-restore-data-volume = The database’s data does not lie in a folder of this machine, but in a volume.
    .safe = Nothing was changed.
    .next = Put it back by hand: RECOVER.md in the recovery point has the commands.
problem-restore-outside-folder = { $path } does not lie in the project’s folder { $folder }, so it cannot change places with it.
    .safe = Nothing was changed.
    .next = Put it back by hand: RECOVER.md in the recovery point has the commands.
problem-restore-folder-moved = The data lies in { $now } today; the recovery point would put it into { $then }.
    .safe = Nothing was changed.
    .next = Restore it under a new name, or put it back by hand with RECOVER.md.
problem-restore-volume-gone = No container has the volume { $volume } of the recovery point.
    .safe = Nothing was changed.
    .next = Make the containers again (docker compose create), or restore under a new name.
problem-restore-folder-unwritable = Something in { $folder } could not be read or written.
    .safe = What runs was not touched by this; an operation that failed goes back to where it began.
    .next = See the detail. Zelo needs the right to write beside the project’s folder.
problem-restore-no-swap = { $folder } cannot change places with another folder.
    .safe = Nothing was changed.
    .next = It must be a plain folder, no link and no disk of its own, on a file system that can swap (ext4, xfs, btrfs). Else use RECOVER.md.
problem-restore-no-room = There is too little room in { $folder }: { $free } free, { $bytes } needed, and { $reserve } must stay free.
    .safe = Nothing was changed.
    .next = Free some space, or remove what earlier restores set aside.
problem-restore-still-swapped = What was live before lies in { $folder } and is not removed.
    .safe = It is whole.
    .next = Swap it back, or keep it, before this folder is removed.
problem-restore-unpack-failed = Files could not be laid out in { $folder } (tar ended with { $code }).
    .safe = The recovery point and what runs were not touched.
    .next = See the detail. A full disk and missing rights are the usual causes.
problem-restore-side-down = The side cluster { $container } ended with { $code } before it was ready.
    .safe = What runs was not touched.
    .next = See the detail: the last lines of its log.
problem-restore-side-slow = The side cluster { $container } was not ready within { $seconds } seconds.
    .safe = What runs was not touched.
    .next = Try again when the machine has less to do.
problem-restore-side-unclean = The side cluster { $container } did not stop cleanly (exit code { $code }).
    .safe = What runs was not touched.
    .next = Try again. What it wrote is not used.
problem-restore-volume-differs = The volume { $volume } does not hold what the recovery point has.
    .safe = Its former contents are put back.
    .next = Try again. If it happens again, look whether something else writes into it.
problem-restore-volume-busy = The volume { $volume } could not be emptied.
    .safe = Its former contents are kept and are put back.
    .next = Look whether another container uses it.
problem-restore-kept-gone = What was set aside is not in { $path } any more.
    .safe = Nothing was changed.
    .next = Restore the safety backup of that operation instead.
problem-restore-folder-gone = { $folder } is not the folder it was when this began.
    .safe = Nothing was swapped.
    .next = Look who moved it, then try again.
problem-restore-images-missing = These images are not on this machine: { $images }.
    .safe = What runs was not touched.
    .next = Pull or load them, then try again. Nothing is pulled while services are away.
problem-restore-object-differs = The stored object { $path } is not what the recovery point has.
    .safe = What runs was not touched.
    .next = See whether the file system keeps attributes (user.*).
problem-restore-object-unread = A stored object in { $folder } could not be compared.
    .safe = What runs was not touched.
    .next = See the detail.
problem-instance-restore-plain = “{ $database }” was dumped as SQL text, which cannot be put back over a new cluster.
    .safe = Nothing was changed.
    .next = Put it back by hand with RECOVER.md. The usual format can be restored by Zelo.

## Under a new name

plan-copy = Copy { $resource } to { $name }

copy-step-take = Make a recovery point of the instance as it is now
copy-step-put = Put it back beside, as { $name }, cut off
copy-undo-take = a recovery point that is finished stays
copy-undo-put = removes what was made of the copy

step-add-made = Add { $name } to the same project
undo-add-made = stays; it can be removed by hand

restore-step-unused = Look that nothing called { $project } is there
restore-step-adapt = Give { $project } its own names and ports, and cut it off
restore-step-create = Make the containers of { $project }, without starting them
restore-step-fill = { $count ->
    [0] No named volume to fill
    [one] Fill its volume and compare it with the recovery point
   *[other] Fill its { $count } volumes and compare them with the recovery point
}
restore-step-up-copy = Start { $project }
restore-step-sign-in = Sign in there as somebody who is made for it and removed again
restore-step-tidy = Remove { $folder }
restore-undo-create = removes its containers, networks and volumes
restore-undo-with-copy = goes with the copy

restore-warn-cut-off = { $project } has no way out of its own network, sends no mail and runs no scheduled job until it is released. Only its gateway’s port is published.
restore-warn-same-secrets = { $project } has the same passwords and keys as the instance it is made from: whoever has those can sign in to both.
restore-log-port = Port { $old } of the original is { $new } here
restore-log-copy-sick = The service { $service } did not come up; the rest runs
restore-log-sign-in-off = Signing in by e-mail is off there: only making a user was tried
restore-log-sign-in-refused = Nobody new can sign in there ({ $what } answered { $status }); auth reads its users. What the project’s own triggers and rules refuse they refuse at the original too: diagnose both
restore-log-sign-in-left = { $email }, who was made there to sign in, could not be removed ({ $status }): something of the project refers to every user

problem-restore-project-name = “{ $name }” cannot be the name of a new instance.
    .safe = Nothing was changed.
    .next = Use up to 40 small letters, digits, “-” and “_”, beginning with a letter or digit.
problem-restore-place-unknown = “{ $name }” says nothing of where an instance goes.
    .safe = Nothing was changed.
    .next = Use “folder” and “port”.
problem-restore-place-admin = A folder of the host is an administrator’s to choose.
    .safe = Nothing was changed.
    .next = Leave the folder out: then it lies beside the original’s. Or ask an administrator.
problem-restore-folder-bad = { $folder } cannot be the new instance’s folder.
    .safe = Nothing was changed.
    .next = Name an absolute path whose parent is a folder of this machine.
problem-restore-folder-taken = There is something in { $folder } already.
    .safe = Nothing of it was touched.
    .next = Choose another name or folder.
problem-restore-name-taken = Something of an instance “{ $project }” is there already: { $what }.
    .safe = Nothing of it was touched.
    .next = Choose another name, or remove what is left of it.
problem-restore-port-bad = “{ $port }” is no port.
    .safe = Nothing was changed.
    .next = Use a number from 1 to 65535, the first of as many free ones as the instance publishes.
problem-restore-port-taken = Port { $port } is not free.
    .safe = What was laid out is removed; nothing else was touched.
    .next = Name another first port, or none.
problem-restore-copy-shares = The copy would share something with the original: { $what }.
    .safe = What was laid out is removed; nothing else was touched.
    .next = Put it back by hand: RECOVER.md in the recovery point has the commands.
problem-restore-create-failed = The containers of { $project } could not be made.
    .safe = What was made is removed; nothing else was touched.
    .next = See the detail, in Compose’s words.
problem-restore-remove-failed = What was made of { $project } could not be removed.
    .safe = The original was not touched.
    .next = Remove it by hand: docker compose down --volumes in its folder, and the folder.
problem-restore-sign-in-failed = Nobody can sign in at the new instance ({ $what } answered { $status }).
    .safe = It is removed; nothing else was touched.
    .next = Diagnose the original: the recovery point has what it had.
problem-copy-take-failed = The recovery point for the copy was not made (operation { $operation }).
    .safe = Nothing was changed.
    .next = See why that operation failed, and try again.
problem-copy-put-failed = The copy was not made (operation { $operation }).
    .safe = The instance was not touched; what was made of the copy is removed.
    .next = See why that operation failed, and try again.
problem-restore-other-instance = This recovery point is of “{ $of }”, not of “{ $into }”.
    .safe = Nothing was changed.
    .next = Restore it under a new name, or over the instance it was taken of.

ui-restore-new-instance = As a new instance
ui-restore-new-instance-help = It gets its own folder and ports beside the one that is there, which is not touched. It is cut off until it is released. Name it with small letters, digits, “-” and “_”.
plan-release = Release { $resource }
release-step-networks = Remove the empty networks that kept it cut off
release-undo-networks = They are empty, and belong to nothing any more.
release-log-network-stays = The network { $network } is in use and stays
release-step-write = Write { $file } without what keeps it cut off
release-warn-out = From then on it reaches the Internet, sends mail and runs scheduled jobs, with the data it was made from.
problem-release-not-cut-off = { $resource } is not cut off.
    .safe = Nothing was changed.
    .next = Only a copy that Zelo made can be released, and only once.

ui-copy-more = Copy…
ui-copy-name = Name of the copy
ui-copy-name-help = Its Compose project: small letters, digits, “-” and “_”.
ui-copy-port = First port
ui-copy-port-help = Empty: free ones near the original’s.
ui-cut-off = Cut off
ui-cut-off-text = This copy has no way out of its own network, sends no mail and runs no scheduled job. Look at it, then release it.
ui-release-more = Release…

restore-step-own = Give { $folder } to PostgreSQL’s user
restore-step-identity = Look that it is cluster { $id }, and read everybody who can sign in
restore-log-users = { $count } people can sign in there
restore-step-holds = Compare rows, sequences, owners, policies, triggers and functions with what was counted before and after the copy
restore-log-holds = { $count } counts, owners, policies, triggers and functions are as they were
restore-log-not-held = This point does not say what its databases held: nothing could be compared but who can sign in
restore-log-unsure = { $count } could not be compared exactly, as they were written to while the cluster was copied or were not counted: { $names }
problem-restore-cluster-differs = The side cluster is not what was copied: { $count } counts, owners, policies, triggers or functions differ.
    .safe = What runs was not touched; what was made beside it is removed.
    .next = Read which below. Verify the recovery point, and restore an older one if it is damaged.
problem-restore-other-cluster = The side cluster is { $found }, not { $wanted } of the recovery point.
    .safe = What runs was not touched.
    .next = Verify the recovery point.

problem-restore-outside-admin = This recovery point came from elsewhere and brings what runs on the host: only an administrator restores it.
    .safe = Nothing of { $resource } was changed.
    .next = Ask an administrator, who should read its Compose files first.

problem-restore-format-unknown = “{ $format }” is no form of a database.
    .safe = Nothing was changed.
    .next = Choose physical or logical.

problem-restore-format-missing = This recovery point does not have its database in the form “{ $format }”.
    .safe = Nothing was changed.
    .next = Leave the form out: what it has is used.
