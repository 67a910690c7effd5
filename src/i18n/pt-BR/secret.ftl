# O que dizem o arquivo de chave e a selagem.

problem-key-missing = O arquivo de chave { $path } não existe, e o banco de dados guarda credenciais seladas com ele.
    .safe = Nada foi alterado: nenhuma chave nova foi criada, e as credenciais seladas e todos os backups continuam como estavam.
    .next = Recoloque o arquivo de chave a partir da cópia que você guarda. Sem ele, mova o banco de dados para outro lugar, execute “zelo catalog rebuild” e diga com “zelo resource edit” como cada recurso é acessado.

problem-key-open = O arquivo de chave { $path } pode ser usado por outros além do dono (modo { $mode }).
    .safe = O Zelo não iniciou e não leu nada dele.
    .next = Execute: chmod 600 { $path }. Se alguém pode tê-lo lido, troque também as senhas dos recursos.

problem-key-shape = { $path } não é um arquivo de chave: não tem uma linha com 64 dígitos hexadecimais.
    .safe = O arquivo não foi tocado.
    .next = Recoloque o arquivo de chave a partir da cópia que você guarda.

problem-key-unusable = Não é possível usar o arquivo de chave { $path }.
    .safe = Nada foi alterado.
    .next = Verifique se a pasta de dados existe, está em um disco em bom estado e pertence ao usuário que executa o Zelo.

problem-no-random = O sistema não forneceu bytes aleatórios.
    .safe = Nada foi selado e nenhuma chave foi criada.
    .next = Verifique se /dev/urandom existe e pode ser lido e tente de novo.

problem-seal-shape = A credencial guardada de { $owner } não é um texto selado.
    .safe = Nada foi alterado.
    .next = Informe-a de novo com “zelo resource edit”. Se você não editou o banco de dados à mão, verifique o disco dele.

problem-seal-other-key = A credencial guardada de { $owner } foi selada com a chave { $sealed }; o arquivo de chave contém a { $have }.
    .safe = Nada foi alterado.
    .next = Recoloque o arquivo da chave { $sealed } ou informe a credencial de novo com “zelo resource edit”.

problem-seal-tampered = A credencial guardada de { $owner } foi alterada depois de selada, ou pertence a outra coisa.
    .safe = Ela não foi usada.
    .next = Descubra quem consegue gravar no banco de dados do Zelo e informe a credencial de novo com “zelo resource edit”.

problem-password-weak = Esta senha não basta: ela precisa de pelo menos { $fewest } caracteres, no máximo { $most } bytes, e não pode ser o nome.
    .safe = Nada foi alterado.
    .next = Escolha uma mais longa; algumas palavras em sequência são fáceis de lembrar.

problem-password-hash = A senha não pôde ser transformada no que se guarda dela.
    .safe = Nada foi alterado.
    .next = Tente de novo. Se acontecer outra vez, relate o problema com o detalhe abaixo.
