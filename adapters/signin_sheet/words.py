"""What sign-in sheets call their columns and how they tick, in the languages seen so far."""

from adapters.text import heading


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split("|"))


# As `adapters.text.heading` leaves them, without what stands in parentheses.
HEADERS: dict[str, frozenset[str]] = {
    "name": _words(
        "name|full name|printed name|print name|participant|participant name|name of participant"
        "|attendee|attendee name|student|student name|employee|employee name|learner"
        "|teilnehmer|teilnehmerin|teilnehmer:in|teilnehmer*in|teilnehmende|name des teilnehmers"
        "|nom|nom et prénom|nom, prénom|nom prénom|nom complet|participant(e)"
        "|nombre|nombre completo|nombre y apellidos|apellidos y nombre|participante|asistente"
        "|nome|nome completo|nome e cognome|cognome e nome|nominativo|partecipante"
        "|naam|deelnemer|imię i nazwisko|nazwisko i imię|uczestnik|氏名|名前|お名前|姓名|이름|성명"
    ),
    "given": _words("first name|given name|vorname|prénom|nombre de pila|voornaam|imię|first"),
    "family": _words(
        "last name|family name|surname|nachname|familienname|nom de famille|apellido|apellidos"
        "|sobrenome|apelido|cognome|achternaam|nazwisko|last"
    ),
    "email": _words(
        "email|e-mail|mail|email address|e-mail address|e-mail-adresse|mailadresse|courriel"
        "|adresse e-mail|adresse électronique|adresse mail|correo|correo electrónico"
        "|endereço de e-mail|indirizzo e-mail|e-mailadres|adres e-mail|メールアドレス|メール|이메일"
    ),
    "role": _words("role|rolle|rôle|rol|função|ruolo|funktion|役割"),
    "date": _words("date|datum|day|tag|fecha|data|日付|날짜"),
    "in": _words(
        "in|time in|in time|sign in|sign-in|sign in time|sign-in time|signed in|check in|check-in"
        "|check-in time|arrival|arrival time|arrived|time of arrival|start|start time|from|joined"
        "|von|kommt|kommen|gekommen|ankunft|beginn|uhrzeit von"
        "|arrivée|heure d'arrivée|début|entrée|entrada|hora de entrada|llegada|hora de llegada"
        "|chegada|hora de chegada|entrata|ora di entrata|orario di entrata|ingresso|arrivo"
        "|aankomst|tijd in|begin|wejście|przyjście|godzina przyjścia|godzina wejścia"
        "|入室|入室時刻|到着|출근|입실"
    ),
    "out": _words(
        "out|time out|out time|sign out|sign-out|sign out time|sign-out time|signed out|check out"
        "|check-out|check-out time|departure|departure time|departed|left|end|end time|to|until"
        "|bis|geht|gehen|gegangen|abgang|ende|uhrzeit bis"
        "|départ|heure de départ|fin|sortie|salida|hora de salida|saída|hora de saída"
        "|uscita|ora di uscita|orario di uscita|vertrek|tijd uit|einde|wyjście|godzina wyjścia"
        "|退室|退室時刻|퇴근|퇴실"
    ),
    "present": _words(
        "present|present?|attended|attendance|status|presence|anwesend|anwesenheit|teilgenommen"
        "|présent|présence|présent(e)|presente|asistencia|asistió|presença|presenza|aanwezig"
        "|aanwezigheid|obecny|obecność|出席|出欠|출석|참석"
    ),
    "signature": _words(
        "signature|signed|sign|initials|unterschrift|kürzel|signatur|émargement|firma|assinatura"
        "|rubrica|handtekening|paraaf|podpis|署名|サイン|서명"
    ),
}
TITLES = _words(
    "title|course|course title|session|event|training|meeting|topic|workshop|class|kurs|thema"
    "|veranstaltung|schulung|titel|formation|titre|intitulé|curso|título|sesión|evento|corso"
    "|titolo|cursus|szkolenie|temat|研修名|会議名"
)
YES = _words(
    "yes|y|1|true|present|p|x|✓|✔|☑|✅|ok|attended|late|ja|j|anwesend|da|wahr|verspätet|oui|o"
    "|présent|présente|présent(e)|vrai|en retard|sí|si|s|presente|asistió|verdadero|sim"
    "|verdadeiro|sì|vero|aanwezig|waar|tak|obecny|obecna|prawda|出席|○|〇|遅刻|はい|참석|출석"
)
NO = _words(
    "no|n|0|false|absent|abs|not present|no show|no-show|excused|unexcused|nein|abwesend"
    "|entschuldigt|unentschuldigt|krank|fehlt|falsch|non|absente|absent(e)|excusé|excusée|faux"
    "|ausente|no asistió|falta|falso|não|nao|justificado|assente|nee|afwezig|onwaar|nie"
    "|nieobecny|nieobecna|欠席|×|いいえ|결석|☐|-|–|—|n/a"
)
BLANK = frozenset({"", "-", "–", "—", "n/a", "--:--", "?"})
TOTALS = _words("total|totals|gesamt|summe|totale|totaal|suma|razem|合計")


def said(text: str) -> str:
    """Return a mark as it is compared."""
    # NFKC would make a circled mark of a sheet something else; only case and blanks count here.
    return " ".join(text.casefold().split())


def names_of(header: str) -> list[str]:
    """Return what a header may be called: whole, or each half of one in two languages."""
    whole = heading(header).strip(" :*.#")
    bare = whole.partition(" (")[0].strip(" :*.#?")
    halves = [half.partition(" (")[0].strip(" :*.#?") for half in whole.split("/")]
    return [whole, bare, *halves]
