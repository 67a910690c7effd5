# What an instance is called, here and in another manager's list

key-name = Name
key-name-help = What Zelo calls this instance. It also changes in the list of the manager it was imported from; the Compose project keeps its name.

instance-step-write-listing = Write the name { $name } into { $path }
instance-step-rename = Name it { $to } (was { $from })
instance-undo-rename = Gives it its former name again.
instance-step-forget-listing = Remove the former list that was kept beside
instance-log-listing-kept = Somebody changed the list of instances meanwhile: that file is kept as { $path }.
instance-warn-listing-gone = { $path }, which names this instance for another manager, is not there any more: it is not saved.

problem-listing-unreadable = { $path } could not be read as a list of instances.
    .safe = Nothing was changed.
    .next = It must be a file of JSON below 4 MiB: a list of objects, or an object of objects, each with a name or id and a folder.

problem-listing-entry-gone = { $path } does not have exactly one instance with a name in { $folder }.
    .safe = Nothing was changed.
    .next = Look into that list. If the instance is no longer managed there, remove it in Zelo and add it again.

help-instance-import = Take over another manager's list of instances (instances.json): adds those that run here under their names
help-instance-import--file = A file of JSON: a list of objects, or an object of objects, each with a name or id and a folder
    .value = FILE
help-instance-import--project = Into this project (default: the first)
    .value = PROJECT
help-instance-import--dry-run = Only say what would become of each
cli-col-outcome = Outcome
cli-import-added = added
cli-import-fits = can be added
import-known = Known already, as { $name }. Its name is kept alike in the list from now on.
import-no-folder = The list does not say where it lies.
import-no-stack = No Supabase stack of a known host lies in { $folder }.

ui-import = Another manager’s list of instances
ui-import-path = Where the list lies on this server
ui-import-help = A file of JSON with a name and a folder for each instance. Those that run here are added under their names.
ui-import-do = Take it over
ui-import-added = It was added.
