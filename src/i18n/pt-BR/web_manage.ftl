# web/: o que os administradores gerenciam e a conta de cada um

# Detectados

ui-detected-text = Bancos de dados nos contêineres deste servidor que não pertencem a nenhum projeto. O Zelo só olhou; nada foi alterado.
ui-detected-again = Olhar de novo
ui-detected-list = Sem projeto
ui-detected-looked = examinado
ui-detected-name = Nome no Zelo
ui-detected-assign = Atribuir
ui-detected-none = Nada de novo
ui-detected-none-text = Tudo o que foi detectado pertence a um projeto.

# Projetos

ui-projects-text = Um projeto é o limite da posse: nada de um é visível aos membros de outro.
ui-project-new = Novo projeto
ui-project-new-help = Você se torna seu primeiro dono.
ui-project-make = Criar o projeto
ui-project-text = Seus membros e seus recursos.
ui-project-rename-help = Os backups feitos antes ficam onde estão.
ui-rename = Renomear
ui-members = Membros
ui-members-none = Nenhum membro
ui-members-none-text = Só administradores veem este projeto.
ui-member-add = Adicionar um membro
ui-person = Pessoa
ui-role = Papel
ui-roles = O que cada papel pode
ui-role-of = Papel de { $name }
ui-role-viewer = Leitor
ui-role-viewer-text = Vê estados, listas e planos; nenhum conteúdo, download ou segredo.
ui-role-operator = Operador
ui-role-operator-text = Também faz backups, verifica, guarda e baixa.
ui-role-owner = Dono
ui-role-owner-text = Também restaura, desfaz, envia e exclui, e decide quem é membro.
ui-add = Adicionar
ui-remove = Remover
ui-save = Salvar

# Pessoas

ui-people = Pessoas
ui-people-text = Quem pode entrar. O que cada um pode fazer se decide em cada projeto.
ui-person-new = Adicionar uma pessoa
ui-email = E-mail
ui-email-help = Pode ficar vazio.
ui-person-first-password = Primeira senha
ui-person-first-password-help = Pelo menos 12 caracteres. Diga-a pessoalmente; ela é trocada na página da conta.
ui-administrator-help = Gerencia pessoas, projetos, armazenamentos e configurações, e pode tudo em todos os projetos.
ui-administrator-make = Tornar administrador
ui-administrator-end = Não é mais administrador
ui-since = Desde
ui-you = você
ui-person-active = Pode entrar
ui-person-disabled = Não pode entrar
ui-person-access = Acesso
ui-person-disable = Barrar
ui-person-disable-help = A pessoa sai na hora, e seus tokens e links acabam. O que ela fez fica na auditoria.
ui-person-enable = Deixar entrar de novo
ui-person-enable-help = A pessoa entra de novo. Tokens e links que acabaram continuam acabados.
ui-person-password = Nova senha
ui-person-password-help = Pelo menos 12 caracteres. A pessoa sai de todos os lugares.
ui-person-password-do = Definir a senha
ui-memberships-none = Em nenhum projeto
ui-memberships-none-text = Adicione a pessoa na página de um projeto.

# Conta

ui-account-text = Você entrou como { $name }.
ui-password-change = Trocar a senha
ui-password-change-text = Todas as outras sessões são encerradas.
ui-password-current = Senha atual
ui-language = Idioma
ui-language-label = Páginas e mensagens
ui-language-browser = Como o navegador pede
ui-my-projects = Seus projetos
ui-my-projects-none = Um dono de projeto pode adicionar você.
ui-sessions = Outros aparelhos
ui-sessions-text = Encerra todas as sessões menos esta.
ui-sessions-end = Sair nos outros
ui-tokens = Tokens de API
ui-tokens-text = Cada um pode o que você pode
ui-token-new = Novo token
ui-token-for = Para que serve
ui-token-for-help = Para saber depois qual revogar.
ui-token-make = Criar um token
ui-token-made = O token foi criado
ui-token-made-text = Copie agora: só seu resumo é guardado, e ele não é mostrado de novo.
ui-token-used = Último uso
ui-token-ends = Acaba
ui-token-over = Acabou
ui-token-created = Criado
ui-token-days = { $n ->
        [one] em { $n } dia
       *[other] em { $n } dias
    }
ui-token-endless = quando for revogado
ui-copy-token = Copiar o token

# Armazenamentos

ui-stores-text = Onde os backups ficam e quanto espaço resta ali.
ui-store-good = Espaço suficiente
ui-store-full = Abaixo da reserva
ui-store-lost = Fora de alcance
ui-store-room = Disco
ui-store-of = de { $name }
ui-store-free = { $name } livres
ui-store-reserve = { $name } devem ficar livres
ui-store-place = Pasta

# Auditoria

ui-audit-text = Quem fez o quê, só com acréscimos. O resumo de cada entrada cobre a anterior.
ui-audit-check = Conferir a cadeia
ui-audit-whole = { $n ->
        [one] A cadeia está inteira: uma entrada
       *[other] A cadeia está inteira: { $n } entradas
    }
ui-audit-hash = Último resumo:
ui-filter-audit = Filtrar a auditoria
ui-audit-action = Ação
ui-audit-all-actions = Todas as ações
ui-audit-actor = Por
ui-audit-all-actors = Todos
ui-audit-when = Quando
ui-audit-detail = Detalhes
ui-audit-number = Nº

# Alertas

ui-alerts-text = O que aconteceu e alguém deveria saber.
ui-alerts-none = Nada ainda
ui-alerts-none-text = Backups, falhas e o que precisa de uma pessoa aparecem aqui.
ui-topic-operation-succeeded = Uma operação foi feita
ui-topic-operation-failed = Uma operação falhou
ui-topic-operation-rolled-back = Uma operação foi desfeita
ui-topic-operation-cancelled = Uma operação foi cancelada
ui-topic-operation-needs-operator = Uma operação precisa de uma pessoa
ui-topic-operation-resolved = Uma operação foi resolvida à mão
ui-topic-backup-publish = Um backup foi guardado
ui-topic-backup-complete = Um backup está inteiro de novo
ui-topic-backup-corrupt = Um backup está danificado
ui-topic-backup-missing = Um backup sumiu do armazenamento
ui-topic-backup-trash = Um backup foi excluído
ui-topic-backup-untrash = Um backup foi trazido de volta
ui-topic-backup-forget = Um backup foi removido de vez
ui-topic-backup-found = Um backup foi achado em um armazenamento
ui-topic-backup-proven = Um backup foi provado
ui-topic-resource-ok = Um recurso está lá de novo
ui-topic-resource-missing = Um recurso sumiu
ui-topic-aside-overdue = Algo posto de lado ficou tempo demais
