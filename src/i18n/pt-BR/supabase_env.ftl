# O arquivo .env de uma instância: linhas que param o Compose e edições recusadas.

env-fatal-character = Um nome não pode conter este caractere: o Compose recusa o arquivo.
env-fatal-space = Um nome não pode conter espaço: o Compose recusa o arquivo.
env-fatal-quote = As aspas abertas aqui nunca são fechadas: o Compose recusa o arquivo.
env-fatal-braces = Depois de um cifrão e uma chave não vem um nome que o Compose consiga ler, ou falta a chave que fecha: ele recusa o arquivo.
env-fatal-required = O valor exige outro que não está definido acima: o Compose recusa o arquivo.
env-fatal-long = Com as referências resolvidas, o valor é mais longo do que qualquer programa pode receber.

problem-env-key-name = Este não é um nome que o arquivo .env possa conter.
    .safe = O arquivo não foi alterado.
    .next = Use letras, dígitos e “_”, começando por uma letra.

problem-env-value-control = O valor de { $key } contém uma quebra de linha, uma tabulação ou outro caractere de controle.
    .safe = O arquivo não foi alterado.
    .next = Digite o valor em uma só linha. Se foi colado, remova o que veio junto no final.

problem-env-edit-quote = O valor de { $key } na linha { $line } ocupa várias linhas, e o que vem depois das aspas não pode ser lido: é provável que as aspas dele tenham sido esquecidas.
    .safe = O arquivo não foi alterado; trocar o valor teria removido essas linhas.
    .next = Coloque à mão as aspas que faltam na linha { $line } e depois edite o valor aqui.

problem-env-edit-breaks = Com este valor para { $key }, a linha { $line } do arquivo .env pararia o Compose inteiro.
    .safe = O arquivo não foi alterado.
    .next = Veja a linha { $line }: ela se refere a { $key }. Escolha outro valor ou mude essa linha antes.

problem-env-edit-last-line = A linha { $line } do arquivo .env não tem “=” e contém um espaço: com { $key } em uma linha depois dela, ela pararia o Compose inteiro.
    .safe = O arquivo não foi alterado.
    .next = Remova à mão a linha { $line } ou transforme-a em comentário com “#” e tente de novo.

problem-env-edit-refused = O valor de { $key } não pode ser alterado sem mexer em outras linhas do arquivo .env.
    .safe = O arquivo não foi alterado.
    .next = Corrija as linhas marcadas como inválidas e tente de novo.
problem-env-not-utf8 = O arquivo .env não está em UTF-8: linha { $line }, o valor de { $key }. O que o Compose faz de um arquivo assim não pode ser comparado.
    .safe = O arquivo não foi alterado, e nada foi reiniciado.
    .next = Salve-o em UTF-8, por exemplo com “iconv -f LATIN1 -t UTF-8”, e tente de novo.
problem-env-not-utf8-line = O arquivo .env não está em UTF-8: linha { $line }. O que o Compose faz de um arquivo assim não pode ser comparado.
    .safe = O arquivo não foi alterado, e nada foi reiniciado.
    .next = Salve-o em UTF-8, por exemplo com “iconv -f LATIN1 -t UTF-8”, e tente de novo.
