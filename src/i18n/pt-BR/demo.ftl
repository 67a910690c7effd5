# cli/demo: o passeio

demo-1-sample = 1/6  Uma loja em um banco { $kind } só dela
demo-2-backup = 2/6  Fazer o backup
demo-3-verify = 3/6  Verificar o backup: cada resumo criptográfico e a estrutura
demo-4-damage = 4/6  Danificar os dados: nomes sobrescritos, um terço dos pedidos apagado
demo-5-restore = 5/6  Restaurar o backup, com um backup de segurança antes, e comparar
demo-6-undo = 6/6  Desfazer a restauração e comparar de novo
demo-digest = resumo { $digest }
demo-good = Todas as comparações bateram: a restauração devolveu a loja, o desfazer devolveu o dano.
demo-bad = Uma comparação não bateu.
demo-fallback = Não há PostgreSQL aqui (nem os binários do servidor, nem um Docker Engine com uma imagem): a loja vai para um SQLite.
demo-serving = As páginas estão em { $link } (este link funciona uma vez). Ctrl-C encerra a demonstração e remove tudo o que ela criou.

problem-demo-sample = O banco de exemplo da demonstração não pôde ser criado.
    .safe = Nada fora da pasta temporária da demonstração foi tocado.
    .next = Confira se a pasta de arquivos temporários tem espaço e aceita gravação.
problem-demo-sample-command = { $program } falhou ao criar o exemplo da demonstração.
    .safe = Nada fora da pasta temporária da demonstração foi tocado.
    .next = Tente “zelo demo --kind sqlite”, que não precisa de outro programa.
problem-demo-no-user = Um servidor PostgreSQL não pode rodar como root, e esta máquina não tem o usuário “postgres” nem “nobody”.
    .safe = Nada foi alterado.
    .next = Execute a demonstração como um usuário comum ou com --kind sqlite.
problem-demo-no-postgres = Não há PostgreSQL aqui: nem os binários do servidor, nem um Docker Engine com uma imagem do PostgreSQL.
    .safe = Nada foi alterado.
    .next = Instale um servidor PostgreSQL ou execute a demonstração sem --kind postgres.
problem-demo-operation = Uma operação da demonstração terminou no estado { $state }.
    .safe = Nada fora da pasta temporária da demonstração foi tocado.
    .next = Execute a demonstração de novo com --verbose.
