### Armazenamentos e as partes neles.

problem-store-full = Não há espaço suficiente no armazenamento: { $free } livres, dos quais { $reserve } precisam continuar livres
    .safe = O que estava sendo gravado foi removido. Todos os backups concluídos continuam intactos.
    .next = Libere espaço no disco do armazenamento, exclua backups de que não precisa mais ou diminua a reserva nas configurações. Depois, tente de novo.

problem-store-missing = Não há nada em “{ $path }” no armazenamento
    .safe = Nada foi alterado.
    .next = Se o backup foi movido ou excluído fora do Zelo, coloque-o de volta ou execute “zelo catalog rebuild” para atualizar a lista.

problem-store-exists = “{ $path }” já existe no armazenamento
    .safe = Não foi sobrescrito, e nada mais foi alterado.
    .next = Verifique se outro Zelo grava no mesmo armazenamento. Se não, tente de novo: um novo backup recebe um novo nome.

problem-store-unusable = Não é possível usar o armazenamento em “{ $at }”
    .safe = Nada foi gravado, muito menos na pasta sob um disco desmontado.
    .next = Verifique se o disco está montado, se a pasta ainda tem o arquivo “.zelo-store” e se o Zelo pode gravar nela. Se store.folder foi alterada, mova para lá a pasta anterior com tudo o que há nela, também esse arquivo oculto.

problem-store-path = “{ $path }” não é um caminho dentro de um armazenamento
    .safe = Nada foi lido nem gravado.
    .next = O caminho deve ser relativo e ficar dentro do armazenamento. Se veio de um manifesto, não confie nesse backup.

problem-store-io = O armazenamento informou um erro
    .safe = Os backups concluídos continuam intactos. Um arquivo que estava sendo gravado não aparece na lista.
    .next = Leia a mensagem do sistema abaixo. Se ela falar em erro de entrada/saída, verifique a saúde do disco antes de qualquer outra coisa.

problem-part-source = Os dados de “{ $path }” pararam de chegar
    .safe = O arquivo incompleto foi removido. O banco de dados foi apenas lido.
    .next = Leia a mensagem abaixo, verifique se o banco de dados e o contêiner dele estão em execução e tente de novo.

problem-part-compress = Não foi possível comprimir “{ $path }”
    .safe = O arquivo incompleto foi removido. O banco de dados foi apenas lido.
    .next = A máquina pode estar sem memória ou sem threads. Libere recursos e tente de novo.

problem-part-short = O armazenamento guardou { $size } dos { $bytes } gravados em “{ $path }”
    .safe = O arquivo incompleto foi removido. Os backups concluídos não foram tocados.
    .next = Não confie neste armazenamento até verificar o disco ou o compartilhamento de rede. Verifique os outros backups que estão nele.

problem-part-missing = Falta o arquivo “{ $path }” deste backup
    .safe = Nada foi alterado.
    .next = Recoloque o arquivo a partir de uma cópia do armazenamento ou use outro backup.

problem-part-digest = “{ $path }” não é o que foi gravado: o tamanho ou o resumo difere do manifesto
    .safe = Nada foi restaurado a partir dele.
    .next = Use outro backup ou uma cópia deste. Verifique o disco e os outros backups do armazenamento.

problem-part-decode = “{ $path }” está inalterado, mas não pode ser descomprimido
    .safe = Nada foi restaurado a partir dele.
    .next = O arquivo já estava ilegível quando foi gravado. Use outro backup e relate o caso com a mensagem abaixo.

problem-part-read = Não foi possível ler “{ $path }” até o fim
    .safe = Nada foi alterado no armazenamento.
    .next = Leia a mensagem do sistema abaixo, verifique o disco ou a conexão com o armazenamento e tente de novo.

problem-part-encrypted = “{ $path }” está cifrado com a chave “{ $key }”, que este Zelo não tem
    .safe = Nada foi alterado.
    .next = Adicione essa chave ou decifre o arquivo à mão, como descreve o RECOVER.md do backup.

problem-scan-manifest = “{ $path }” contém um manifesto que não pode ser aceito
    .safe = A pasta foi deixada como está.
    .next = Leia a mensagem abaixo. Um manifesto de versão mais nova exige um Zelo mais novo; um danificado pode ser substituído a partir de uma cópia.

problem-scan-no-manifest = “{ $path }” tem nome de backup, mas não tem manifesto
    .safe = A pasta foi deixada como está.
    .next = Ela nunca foi concluída ou perdeu o manifesto. Recoloque o manifesto a partir de uma cópia ou exclua a pasta à mão.

problem-scan-duplicate = “{ $path }” é o mesmo backup que “{ $other }”
    .safe = As duas pastas foram deixadas como estão; a outra é usada.
    .next = Exclua a cópia de que não precisa.

problem-scan-deep = “{ $path }” está mais fundo que qualquer pasta de um armazenamento
    .safe = Nada abaixo dela foi lido.
    .next = Tire do armazenamento o que não é do Zelo.
