# Instances that are known by their folder

instance-step-make = Make the containers from the project’s folder, without starting them
instance-undo-make = Removes the containers and networks it made; volumes and files stay.
instance-log-not-ours = The container { $container } was not made here and stays
start-warn-makes = { $count ->
    [one] The instance has no containers: one is made from { $folder }. If the start does not succeed it is removed again; volumes and files stay.
   *[other] The instance has no containers: { $count } are made from { $folder }. If the start does not succeed they are removed again; volumes and files stay.
}
start-warn-volume-new = The volume { $volume } is not there: a new, empty one is made.
start-warn-harmed = The diagnosis found something ({ $probes }) with which a service may not start well. Correct it first if that service is to be started.
start-warn-path-new = { $path } is not there: a new, empty folder is made in its place. If there was data in it, look for it before you start.

problem-instance-no-containers = { $project } has no containers.
    .safe = Nothing was changed; its folder and volumes are as they are.
    .next = Start it first: that makes its containers again.
problem-instance-has-containers = Somebody made containers of { $project } meanwhile.
    .safe = They were not touched.
    .next = Start the instance again: what is there is started.
problem-instance-make-failed = The containers of { $project } could not be made.
    .safe = What was made is removed; volumes and files are untouched.
    .next = See the detail, in Compose’s words. Images are never fetched: one that is missing has to be pulled first.
problem-instance-roots-none = No folder may be added: the setting instance_roots is empty.
    .safe = Nothing was changed.
    .next = Set instance_roots (or ZELO_INSTANCE_ROOTS) to the folder that instances lie in, for example /srv, and start Zelo again.
problem-instance-folder-outside = { $path } does not lie below an allowed folder ({ $roots }), links followed.
    .safe = Nothing was changed, and nothing was read from it.
    .next = Move it there, or add its place to the setting instance_roots.
problem-instance-folder-unreadable = { $path } is not there or cannot be read.
    .safe = Nothing was changed.
    .next = Check the path, and that Zelo may read it.
problem-instance-folder-no-compose = There is no Compose file in { $path }.
    .safe = Nothing was changed.
    .next = Name the folder that holds docker-compose.yml and .env.
problem-instance-folder-not-supabase = The project { $project } in { $path } is not a Supabase stack.
    .safe = Nothing was changed.
    .next = A Supabase stack has a database and GoTrue among its services. Other databases are added as what they are.
problem-instance-folder-renamed = The project in { $path } is called { $now } now, and was { $project }.
    .safe = Nothing was changed.
    .next = Give it its name back (name: in the Compose file, or COMPOSE_PROJECT_NAME), or add the folder anew.
problem-instance-folder-other = Containers of { $project } are there already, from { $path }.
    .safe = Nothing was changed.
    .next = Two folders must not have one project name: change one of them.

help-instance-add-folder = Add a Supabase stack by its folder: for one whose containers were removed
help-instance-add-folder--folder = The folder with its Compose file and .env; below one of the setting instance_roots
    .value = FOLDER
help-instance-add-folder--project = Into this project (default: the first)
    .value = PROJECT
help-instance-add-folder--name = What it is called (default: as the Compose project)
    .value = NAME
cli-folder-added = { $name } is an instance known by its folder.
cli-stack-no-containers = no containers

ui-service-absent = No container
ui-folder-title = An instance without containers
ui-folder-path = Its folder on this server
ui-folder-help = After docker compose down only the folder says what was there. It must lie below one of the setting instance_roots.
ui-folder-do = Add it

instance-agrees = Files and containers agree.
instance-drifted = { $count ->
    [one] One service runs with settings older than the files: { $services }. “{ $command }” in the project’s folder puts them in force.
   *[other] { $count } services run with settings older than the files: { $services }. “{ $command }” in the project’s folder puts them in force.
}
