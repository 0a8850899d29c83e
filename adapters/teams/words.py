"""What Teams calls things, by language: headers, labels, actions, roles, tags. Data only.

Headers and labels stand as `adapters.text.heading` leaves them, without `(UTC)`. A language that is
missing here is read by structure; one more word makes it certain, and its roles known.
"""

HEADERS: dict[str, frozenset[str]] = {
    "name": frozenset(
        {
            "name", "full name", "nome", "nome completo", "nom", "nom complet", "nombre",
            "nombre completo", "imię i nazwisko", "名前", "nama", "naam", "namn", "navn",
        }
    ),
    "joined": frozenset(
        {
            "join time", "first join", "horário de entrada", "primeiro ingresso",
            "primeira entrada", "heure d'arrivée", "godzina dołączenia", "pierwsze dołączenie",
            "初めての参加", "erster beitritt", "beitreten",
        }
    ),
    "left": frozenset(
        {
            "leave time", "last leave", "horário de saída", "última saída", "heure de départ",
            "godzina opuszczenia", "ostatnie wyjście", "最終退出", "letztes verlassen", "verlassen",
        }
    ),
    "length": frozenset(
        {
            "duration", "in-meeting duration", "duração", "duração na reunião",
            "duração da reunião", "durée", "czas trwania", "czas udziału w spotkaniu",
            "会議の長さ", "dauer", "dauer der besprechung",
        }
    ),
    "mail": frozenset({"email", "e-mail", "adres e-mail", "メール"}),
    "registered_mail": frozenset({"registration email"}),
    "role": frozenset({"role", "rôle", "função", "rola", "役割", "rolle", "rol"}),
}  # fmt: skip
UPN = "(upn)"
"""Stands in the header of the participant's id in every language seen."""

SUMMARY: dict[str, frozenset[str]] = {
    "title": frozenset(
        {
            "meeting title", "titre de la réunion", "tytuł spotkania", "título da reunião",
            "besprechungstitel",
        }
    ),
    "starts": frozenset(
        {
            "meeting start time", "start time", "heure de début de la réunion",
            "godzina rozpoczęcia", "hora de início",
        }
    ),
    "ends": frozenset(
        {
            "meeting end time", "end time", "heure de fin de la réunion", "godzina zakończenia",
            "hora de término",
        }
    ),
    "counted": frozenset(
        {
            "attended participants", "total number of participants", "nombre total de participants",
            "liczba uczestniczących", "participantes presentes", "participantes atendidos",
        }
    ),
    "id": frozenset({"meeting id"}),
}  # fmt: skip

ACTION_HEADERS: dict[str, frozenset[str]] = {
    "name": frozenset({"full name", "fullname", "nome completo"}),
    "action": frozenset({"user action", "action", "atividade"}),
    "time": frozenset({"timestamp", "data e hora"}),
    "utc_time": frozenset({"utc event timestamp", "utceventtimestamp"}),
    "person": frozenset({"participant id", "participantid"}),
    "session": frozenset({"session id", "sessionid"}),
    "role": frozenset({"role"}),
}
JOINED = frozenset({"joined", "joined before", "entrou"})
LEFT = frozenset({"left", "saiu"})

ROLES = {
    "organizer": "organizer",
    "organiser": "organizer",
    "organizator": "organizer",
    "organisateur": "organizer",
    "organizador": "organizer",
    "organisator": "organizer",
    "co-organizer": "co-organizer",
    "co-organiser": "co-organizer",
    "presenter": "presenter",
    "osoba prowadząca": "presenter",
    "présentateur": "presenter",
    "apresentador": "presenter",
    "referent": "presenter",
    "発表者": "presenter",
    "開催者": "organizer",
    "attendee": "attendee",
    "teilnehmer": "attendee",
    "participant": "attendee",
    "participante": "attendee",
    "asistente": "attendee",
    "uczestnik": "attendee",
    "出席者": "attendee",
}

TAGS = (
    "guest", "external", "unverified", "convidado", "gast", "invité", "invitado", "gość", "外部",
    "ゲスト",
)  # fmt: skip
"""What Teams puts in brackets behind the names of outsiders."""

LOBBIES = ("lobby", "wartebereich", "salle d'attente", "sala de espera", "ロビー", "poczekalnia")
"""A row whose role or action names the lobby is about waiting, not about being there."""

REGISTRATIONS = frozenset({"registration time", "registration status"})
"""Headers of the list of a webinar's registrations, which tells of nobody's presence."""

REACTIONS = ("reaction", "reaction sent", "reação", "reação enviada")
HANDS = frozenset(
    {
        "raise hand",
        "raise hands",
        "raised hand",
        "raised hands",
        "levantar as mãos",
        "mãos levantadas",
    }
)

BEFORE_NOON = (
    "am", "a.m.", "a. m.", "上午", "午前", "오전", "de.", "öö", "sa", "ص", "π.μ.", "पूर्वाह्न",
)  # fmt: skip
AFTER_NOON = (
    "pm", "p.m.", "p. m.", "下午", "午後", "오후", "du.", "ös", "ch", "م", "μ.μ.", "अपराह्न",
)  # fmt: skip

UNITS = {
    "hour": "h", "hours": "h", "heure": "h", "heures": "h", "stunde": "h", "stunden": "h",
    "ore": "h", "u": "h", "uur": "h", "t": "h", "tim": "h", "год": "h", "ч": "h", "sa": "h",
    "hod": "h", "小时": "h", "小時": "h", "시간": "h",
    "minute": "m", "minutes": "m", "minuto": "m", "minuten": "m", "minuti": "m", "мин": "m",
    "хв": "m", "dk": "m", "分钟": "m", "分鐘": "m", "분": "m",
    "seconds": "s", "secs": "s", "sekunden": "s", "segundo": "s", "с": "s", "сек": "s", "sn": "s",
    "초": "s",
}  # fmt: skip
"""Units of durations as `adapters.times.read_duration` knows them."""
