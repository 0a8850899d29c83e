"""The words of Zoom's exports in the languages seen so far, as `adapters.text.heading` leaves them."""

NAME = frozenset(
    {
        "name (original name)",
        "名前 (元の名前)",
        "nombre (nombre original)",
        "nom (nom original)",
        "nome (nome original)",
        "nome (nome originale)",
        "이름(원래 이름)",
        "name (ursprünglicher name)",
        "名称(原名)",
    }
)
EMAIL = frozenset(
    {
        "user email",
        "email",
        "email address",
        "ユーザーメール",
        "e-mail del usuario",
        "correo electrónico",
        "adresse e-mail de l'utilisateur",
        "e-mail",
        "email dell'utente",
        "사용자 이메일",
        "电子邮件",
        "用户邮箱",
    }
)
JOINED = frozenset(
    {
        "join time",
        "参加時刻",
        "hora para unirse",
        "hora de entrada",
        "heure d'arrivée",
        "ingressar na hora",
        "ora di ingresso",
        "참가 시간",
        "beitrittszeit",
        "加入时间",
    }
)
LEFT = frozenset(
    {
        "leave time",
        "退出時刻",
        "hora para salir",
        "hora de salida",
        "heure de départ",
        "hora de saída",
        "ora di uscita",
        "나간 시간",
        "austrittszeit",
        "离开时间",
    }
)
MINUTES = frozenset(
    {
        "duration (minutes)",
        "total duration (minutes)",
        "time in session (minutes)",
        "所要時間(分)",
        "duración (minutos)",
        "duración total (minutos)",
        "durée (minutes)",
        "duração (minutos)",
        "durata (minuti)",
        "기간(분)",
        "dauer (minuten)",
        "持续时间(分钟)",
    }
)
STARTS = frozenset(
    {
        "start time",
        "actual start time",
        "開始時刻",
        "hora de inicio",
        "heure de début",
        "hora de início",
        "ora di inizio",
        "시작 시간",
        "startzeit",
        "开始时间",
    }
)
ENDS = frozenset(
    {
        "end time",
        "終了時刻",
        "hora de finalización",
        "heure de fin",
        "hora de término",
        "ora di fine",
        "종료 시간",
        "endzeit",
        "结束时间",
    }
)
LASTED = frozenset({"actual duration (minutes)", "duration (minutes)"})
TITLE = frozenset(
    {
        "topic",
        "トピック",
        "tema",
        "sujet",
        "tópico",
        "argomento",
        "주제",
        "thema",
        "主题",
    }
)
MEETING_ID = frozenset({"meeting id", "webinar id", "id", "ミーティング id", "id de la reunión"})
WAITING = (
    "waiting room",
    "sala de espera",
    "salle d'attente",
    "sala d'attesa",
    "warteraum",
    "待機室",
    "等候室",
    "대기실",
    "зале ожидания",
    "зал ожидания",
    "wachtruimte",
    "wachtkamer",
    "poczekaln",
    "bekleme odası",
    "phòng chờ",
    "ruang tunggu",
    "väntrum",
)
"""Parts of the headers of the column that says who waited."""

YES = frozenset(
    {
        "yes",
        "y",
        "true",
        "sí",
        "si",
        "sì",
        "oui",
        "sim",
        "ja",
        "はい",
        "是",
        "예",
        "네",
        "да",
        "tak",
    }
    | {"evet", "có", "ya"}
)
NO = frozenset(
    {
        "",
        "-",
        "--",
        "no",
        "n",
        "na",
        "n/a",
        "false",
        "não",
        "nao",
        "non",
        "nein",
        "nee",
        "nej",
        "nie",
    }
    | {"いいえ", "否", "아니요", "아니오", "нет", "hayır", "không", "tidak"}
)
ANONYMOUS = frozenset(
    {
        "",
        "anonymous",
        "anonymous attendee",
        "anonymous participant",
        "anonym",
        "anónimo",
        "anônimo",
        "anonimo",
        "anonyme",
        "匿名",
        "익명",
    }
)
NO_ORIGINAL_NAME = frozenset(
    {"host", "co-host", "cohost", "guest", "me", "panelist", "interpreter", "organizer"}
    | {"gast", "invité", "invitado", "convidado", "ospite", "anfitrión", "anfitrião"}
)
"""What stands in brackets behind a name and is no name."""
PRONOUNS = frozenset(
    {"he", "him", "his", "she", "her", "hers", "they", "them", "theirs", "any", "all"}
    | {"er", "ihm", "sie", "ihr", "il", "lui", "elle", "iel", "él", "ella", "ele", "ela"}
)
EVERYONE = frozenset(
    {
        "everyone",
        "everyone in meeting",
        "all panelists and attendees",
        "panelists and attendees",
        "all attendees",
        "alle",
        "todos",
        "todas las personas",
        "todo el mundo",
        "tous",
        "tout le monde",
        "tutti",
        "全員",
        "皆さん",
        "みなさん",
        "皆様",
        "所有人",
        "모두",
        "все",
        "всем",
        "iedereen",
        "wszyscy",
        "herkes",
        "mọi người",
        "semua orang",
        "alla",
    }
)
"""To whom a chat message goes that all could read."""
