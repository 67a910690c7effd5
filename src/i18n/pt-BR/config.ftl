# O que diz a leitura das configurações. $at: arquivo e linha, variável ou opção.

problem-setting-file = Não é possível ler o arquivo de configuração { $path }.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Verifique o caminho e as permissões.

problem-setting-syntax = { $at }: não é TOML válido.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Corrija essa linha; zelo.example.toml mostra todas as configurações.

problem-setting-unknown = { $at }: não existe a configuração “{ $key }”.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Remova-a; zelo.example.toml mostra todas as configurações.

problem-setting-unknown-near = { $at }: não existe a configuração “{ $key }”. Você quis dizer “{ $near }”?
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Corrija ou remova; zelo.example.toml mostra todas as configurações.

problem-setting-not-single = { $at }: “{ $key }” precisa ser um valor único, não { $kind ->
        [array] uma lista
       *[other] uma tabela
    }.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Escreva como em zelo.example.toml.

problem-setting-path = { $at }: “{ $key }” é “{ $value }”; precisa ser um caminho absoluto sem “..”.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Escreva o caminho inteiro, a partir de “/”.

problem-setting-address = { $at }: “{ $key }” é “{ $value }”; precisa ser um endereço IP com porta.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Escreva como 127.0.0.1:8600 ou [::1]:8600.
problem-setting-network = { $at }: “{ $key }” é “{ $value }”; precisa ser endereços ou redes, separados por vírgulas.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Escreva como 127.0.0.1, 10.0.0.0/8 ou fd00::/8.

problem-setting-number = { $at }: “{ $key }” é “{ $value }”; precisa ser um número inteiro de { $min } a { $max }.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Corrija o número.

problem-setting-duration = { $at }: “{ $key }” é “{ $value }”; precisa ser uma duração de pelo menos { $min }.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Escreva com unidades: 90s, 5m, 1h 30m, 7d.

problem-setting-size = { $at }: “{ $key }” é “{ $value }”; precisa ser um tamanho.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Escreva com unidade: 500 MB, 2 GiB.

problem-setting-choice = { $at }: “{ $key }” é “{ $value }”; precisa ser um destes: { $choices }.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Escolha um deles.

problem-setting-url = { $at }: “{ $key }” é “{ $value }”; precisa ser um endereço que comece com http:// ou https://.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Escreva como https://zelo.example.com.

problem-setting-database = { $at }: “{ $key }” não é “sqlite:” com um caminho absoluto nem uma string de conexão do PostgreSQL. O valor não é mostrado: pode conter uma senha.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Escreva como sqlite:/var/lib/zelo/zelo.db ou postgres://usuario:senha@servidor/nome.

problem-setting-no-home = Não há lugar para os dados do Zelo: “data” não está definida, nem XDG_DATA_HOME, nem HOME.
    .safe = O Zelo não iniciou; nada foi alterado.
    .next = Defina “data” nas configurações, ZELO_DATA ou --data com um caminho absoluto.
