# What an instance is called, here and in another manager's list

key-name = Nome
key-name-help = Como o Zelo chama esta instância. Também muda na lista do gerenciador de onde foi importada; o projeto do Compose mantém o seu nome.

instance-step-write-listing = Gravar o nome { $name } em { $path }
instance-step-rename = Chamá-la de { $to } (era { $from })
instance-undo-rename = Dá a ela o nome anterior de novo.
instance-step-forget-listing = Remover a lista anterior que foi guardada ao lado
instance-log-listing-kept = Alguém alterou a lista de instâncias nesse meio-tempo: esse arquivo fica guardado como { $path }.
instance-warn-listing-gone = { $path }, que nomeia esta instância para outro gerenciador, não está mais lá: não é salvo.

problem-listing-unreadable = { $path } não pôde ser lido como lista de instâncias.
    .safe = Nada foi alterado.
    .next = Deve ser um arquivo JSON com menos de 4 MiB: uma lista de objetos, ou um objeto de objetos, cada um com um nome ou id e uma pasta.

problem-listing-entry-gone = { $path } não tem exatamente uma instância com nome em { $folder }.
    .safe = Nada foi alterado.
    .next = Olhe essa lista. Se a instância não é mais gerenciada lá, remova-a no Zelo e adicione-a de novo.

help-instance-import = Assume a lista de instâncias de outro gerenciador (instances.json): adiciona as que rodam aqui, com os seus nomes
help-instance-import--file = Um arquivo JSON: uma lista de objetos, ou um objeto de objetos, cada um com um nome ou id e uma pasta
    .value = ARQUIVO
help-instance-import--project = Neste projeto (padrão: o primeiro)
    .value = PROJETO
help-instance-import--dry-run = Só diz o que aconteceria com cada uma
cli-col-outcome = Resultado
cli-import-added = adicionada
cli-import-fits = pode ser adicionada
import-known = Já conhecida, como { $name }. O nome fica igual na lista a partir de agora.
import-no-folder = A lista não diz onde ela está.
import-no-stack = Nenhuma stack do Supabase de um host conhecido está em { $folder }.

ui-import = Lista de instâncias de outro gerenciador
ui-import-path = Onde a lista está neste servidor
ui-import-help = Um arquivo JSON com um nome e uma pasta para cada instância. As que rodam aqui são adicionadas com os seus nomes.
ui-import-do = Assumir a lista
ui-import-added = Foi adicionada.
