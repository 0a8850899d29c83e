"""Webhooks: what is forged is refused, and what is told comes to the same attendance in any order."""

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import webhooks
from adapters.attendance import Attendance
from adapters.statements import Occurrence, meeting_activity_id
from adapters.webhooks.call import Delivery
from adapters.webhooks.facts import read_facts
from adapters.webhooks.meeting import attendance_of
from adapters.webhooks.presence import spans
from adapters.zoom.api import participants_from_report
from lrs.errors import InvalidInput, LRSError, NotFound, Unauthenticated
from tests.adapters.webhook_calls import (
    MEETING,
    SECRET,
    STARTS,
    UUID,
    at,
    bigbluebutton_body,
    bigbluebutton_checksum,
    bigbluebutton_event,
    teams_notification,
    told,
    webex_event,
    webex_signature,
    zoom_event,
    zoom_person,
    zoom_signature,
)

URL = "https://lrs.example.org/webhooks/zoom"
ADA = zoom_person("Ada Kaya", email="ada@example.org", id="ada-id")
BO = zoom_person("Bo Lind")


@dataclass(frozen=True)
class Session:
    id: str = f"https://zoom.us/j/{MEETING}/2026-10-09"
    title: str = "Coaching lab"
    mode: str = "live-online"
    starts: datetime = STARTS
    ends: datetime = STARTS + timedelta(hours=1)


def receive(
    tool: str,
    body: bytes,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    urls: Sequence[str] = (URL,),
) -> webhooks.Received:
    return webhooks.receive(
        tool,
        SECRET,
        body=body,
        headers=headers or {},
        query=query or {},
        urls=urls,
        received=STARTS,
    )


def refusal(
    tool: str, body: bytes, headers: dict[str, str], query: dict[str, str]
) -> type[LRSError] | None:
    try:
        receive(tool, body, headers, query)
    except LRSError as error:
        return type(error)
    return None


def zoom(*events: dict[str, Any]) -> list[Delivery]:
    found: list[Delivery] = []
    for event in events:
        body = orjson.dumps(event)
        found += receive("zoom", body, zoom_signature(body, STARTS)).deliveries
    return found


def webex(*events: dict[str, Any]) -> list[Delivery]:
    bodies = [orjson.dumps(each) for each in events]
    return [each for b in bodies for each in receive("webex", b, webex_signature(b)).deliveries]


def bigbluebutton(*events: dict[str, Any]) -> list[Delivery]:
    body = bigbluebutton_body(*events)
    query = {"checksum": bigbluebutton_checksum(URL, body)}
    return list(receive("bigbluebutton", body, query=query).deliveries)


def teams(*notifications: dict[str, Any]) -> list[Delivery]:
    return list(receive("teams", orjson.dumps({"value": notifications})).deliveries)


def attendance(deliveries: Iterable[Delivery], tool: str = "zoom") -> Attendance:
    return attendance_of(tool, read_facts([each.written for each in deliveries]))


def minutes(deliveries: Iterable[Delivery], tool: str = "zoom") -> dict[str, float]:
    people = attendance(deliveries, tool).participants
    return {each.name: round(each.present.total_seconds() / 60, 2) for each in people}


class TestWhatIsForged:
    BODY = orjson.dumps(zoom_event("started", STARTS))

    def test_a_zoom_call_with_the_signature_of_another_body_or_secret_is_refused(self) -> None:
        for headers in (
            {},
            zoom_signature(b"another", STARTS),
            zoom_signature(self.BODY, STARTS, "another"),
            zoom_signature(self.BODY, STARTS) | {"x-zm-request-timestamp": "1760018400"},
        ):
            with pytest.raises(Unauthenticated, match="signature"):
                receive("zoom", self.BODY, headers)

    def test_a_zoom_call_is_taken_for_five_minutes_either_way_and_no_longer(self) -> None:
        for minute in (-5, 0, 5):
            sent = (STARTS + timedelta(minutes=minute)).replace(microsecond=0)
            assert receive("zoom", self.BODY, zoom_signature(self.BODY, sent)).deliveries
        for minute in (-5.1, 5.1):
            with pytest.raises(Unauthenticated, match="five minutes"):
                receive("zoom", self.BODY, zoom_signature(self.BODY, at(minute)))

    def test_a_zoom_call_that_is_signed_without_a_time_is_refused(self) -> None:
        for sent in ("", "now", "-1", "9" * 30):
            digest = hmac.new(SECRET.encode(), f"v0:{sent}:".encode() + self.BODY, hashlib.sha256)
            signed = {"x-zm-signature": f"v0={digest.hexdigest()}", "x-zm-request-timestamp": sent}
            with pytest.raises(Unauthenticated):
                receive("zoom", self.BODY, signed)

    def test_webex_signs_with_sha1_or_longer(self) -> None:
        body = orjson.dumps({"resource": "rooms", "event": "created", "data": {}})
        for algorithm in ("sha1", "sha256"):
            assert not receive("webex", body, webex_signature(body, algorithm)).deliveries
        for headers in ({}, webex_signature(b"another"), {"x-spark-signature": "0" * 40}):
            with pytest.raises(Unauthenticated):
                receive("webex", body, headers)

    @pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
    def test_bigbluebutton_hashes_the_callback_url_the_body_and_the_secret(
        self, algorithm: str
    ) -> None:
        body = bigbluebutton_body(bigbluebutton_event("meeting-created", STARTS))
        query = {"checksum": bigbluebutton_checksum(URL, body, algorithm)}
        assert receive("bigbluebutton", body, query=query).deliveries
        assert receive("bigbluebutton", body, query=query, urls=["http://proxy", URL]).deliveries
        for urls, sent in (([URL + "?session=x"], body), ([URL], body + b"&more=1")):
            with pytest.raises(Unauthenticated):
                receive("bigbluebutton", sent, query=query, urls=urls)
        with pytest.raises(Unauthenticated):
            receive("bigbluebutton", body)

    def test_bigbluebutton_may_send_the_secret_as_a_bearer_token(self) -> None:
        body = bigbluebutton_body(bigbluebutton_event("meeting-created", STARTS))
        assert receive("bigbluebutton", body, {"authorization": f"Bearer {SECRET}"}).deliveries
        with pytest.raises(Unauthenticated):
            receive("bigbluebutton", body, {"authorization": "Bearer another"})

    def test_every_notification_of_graph_needs_the_client_state(self) -> None:
        good = teams_notification("CallStarted", STARTS)
        assert len(teams(good)) == 1
        for bad in ([], [good, good | {"clientState": "another"}], [{"subscriptionId": "x"}]):
            with pytest.raises(Unauthenticated):
                teams(*bad)

    def test_an_unknown_tool_is_not_found(self) -> None:
        with pytest.raises(NotFound, match="zoom, webex, bigbluebutton, teams"):
            receive("skype", b"{}")


class TestWhatTriesTheEndpoint:
    def test_zoom_hears_its_token_and_the_token_signed(self) -> None:
        body = orjson.dumps(
            {"event": "endpoint.url_validation", "event_ts": 1, "payload": {"plainToken": "qgg8"}}
        )
        answer = receive("zoom", body, zoom_signature(body, STARTS)).answer
        assert answer is not None
        signed = hmac.new(SECRET.encode(), b"qgg8", hashlib.sha256).hexdigest()
        assert orjson.loads(answer.body) == {"plainToken": "qgg8", "encryptedToken": signed}

    def test_graph_hears_its_token_as_text(self) -> None:
        answer = receive("teams", b"", query={"validationToken": "Validation: <b>"}).answer
        assert answer == (b"Validation: <b>", "text/plain")
        with pytest.raises(InvalidInput):
            receive("teams", b"", query={"validationToken": "x" * 5000})


class TestWhatIsMalformed:
    @given(st.binary(max_size=200) | st.recursive(
        st.none() | st.integers(-(2**53), 2**53) | st.text(max_size=5) | st.just("meeting.ended"),
        lambda some: st.lists(some, max_size=3)
        | st.dictionaries(st.sampled_from(
            ["event", "payload", "object", "uuid", "participant", "value", "resourceData", "data",
             "resource", "attributes", "meeting", "eventType", "clientState"]), some, max_size=4),
        max_leaves=12,
    ).map(orjson.dumps))  # fmt: skip
    def test_nothing_is_raised_but_errors_of_ours(self, body: bytes) -> None:
        form = b"event=" + body
        query = {"checksum": bigbluebutton_checksum(URL, form)}
        for tool, sent, headers in (
            ("zoom", body, zoom_signature(body, STARTS)),
            ("webex", body, webex_signature(body)),
            ("bigbluebutton", form, {}),
            ("teams", body, {}),
        ):
            assert refusal(tool, sent, headers, query) in {None, InvalidInput, Unauthenticated}

    def test_what_lacks_its_meeting_or_its_person_names_the_place(self) -> None:
        nobody = zoom_event("participant_joined", STARTS, {})
        nowhere = zoom_event("started", STARTS, uuid=None)
        for event, place in ((nobody, "participant"), (nowhere, "uuid")):
            with pytest.raises(InvalidInput) as raised:
                zoom(event)
            assert place in raised.value.path

    def test_what_is_not_about_presence_is_ignored(self) -> None:
        for event in ("sharing_started", "participant_joined_waiting_room", "chat_message_sent"):
            assert zoom(zoom_event(event, STARTS, ADA)) == []
        assert zoom({"event": "app_deauthorized", "payload": {}}) == []
        assert bigbluebutton({"data": {"id": "user-audio-muted"}}) == []
        encrypted = {"clientState": SECRET, "encryptedContent": {}, "resource": "x"}
        assert teams(encrypted) == []


class TestWhoWasThere:
    def test_a_stay_goes_from_the_join_to_the_leave(self) -> None:
        deliveries = zoom(
            zoom_event("started", STARTS),
            zoom_event("participant_joined", at(1), ADA),
            zoom_event("participant_left", at(31), ADA),
            zoom_event("ended", at(60)),
        )
        found = attendance(deliveries)
        assert minutes(deliveries) == {"Ada Kaya": 30}
        assert (found.meeting.id, found.meeting.starts, found.meeting.ends) == (
            MEETING,
            STARTS,
            at(60),
        )
        assert found.participants[0].email == "ada@example.org"

    def test_who_is_not_told_to_have_left_stays_to_the_end(self) -> None:
        told_so = zoom(zoom_event("participant_joined", at(10), BO), zoom_event("ended", at(60)))
        assert minutes(told_so) == {"Bo Lind": 50}
        assert [each.code for each in attendance(told_so).warnings] == ["no_leave"]

    def test_waiting_is_never_presence(self) -> None:
        deliveries = zoom(
            zoom_event("participant_joined_waiting_room", at(0), ADA),
            zoom_event("participant_joined", at(5), ADA),
            zoom_event("participant_put_in_waiting_room", at(15), ADA),
            zoom_event("participant_left_waiting_room", at(20), ADA),
            zoom_event("participant_joined", at(20), ADA),
            zoom_event("participant_left", at(25), ADA),
            zoom_event("participant_joined_waiting_room", at(2), BO),
            zoom_event("ended", at(60)),
        )
        assert minutes(deliveries) == {"Ada Kaya": 15}

    def test_a_move_to_a_breakout_room_is_no_leave(self) -> None:
        room = {"breakout_room_uuid": "room-1"}
        inside = zoom_person("Ada Kaya", 2, email="ada@example.org", parent_user_id="Ada Kaya-1")
        deliveries = zoom(
            zoom_event("participant_joined", at(0), ADA),
            zoom_event("participant_left", at(20), ADA),
            zoom_event("participant_joined_breakout_room", at(20.05), inside, **room),
            zoom_event("participant_left_breakout_room", at(40), inside, **room),
            zoom_event("participant_joined", at(40.05), ADA),
            zoom_event("participant_left", at(60), ADA),
            zoom_event("ended", at(60)),
        )
        (person,) = attendance(deliveries).participants
        assert [(stay.joined, stay.left) for stay in person.stays] == [(at(0), at(60))]

    def test_who_is_back_from_a_breakout_room_has_left_it_though_nobody_said_so(self) -> None:
        room = {"breakout_room_uuid": "room-1"}
        deliveries = zoom(
            zoom_event("participant_joined_breakout_room", at(20), ADA, **room),
            zoom_event("participant_joined", at(40), ADA),
            zoom_event("participant_left", at(45), ADA),
            zoom_event("ended", at(60)),
        )
        assert minutes(deliveries) == {"Ada Kaya": 25}

    def test_two_devices_count_once_and_each_leave_ends_its_own(self) -> None:
        phone = zoom_person("Ada at her phone", 2, email="ada@example.org")
        deliveries = zoom(
            zoom_event("participant_joined", at(0), ADA),
            zoom_event("participant_joined", at(10), phone),
            zoom_event("participant_left", at(15), phone),
            zoom_event("participant_left", at(30), ADA),
            zoom_event("ended", at(60)),
        )
        assert minutes(deliveries) == {"Ada Kaya": 30}

    def test_a_leave_under_another_number_than_the_join_ends_it_none_the_less(self) -> None:
        changed = zoom_person("Ada Kaya", 2, email="ada@example.org")
        deliveries = zoom(
            zoom_event("participant_joined", at(0), ADA),
            zoom_event("participant_left", at(30), changed),
            zoom_event("ended", at(60)),
        )
        assert minutes(deliveries) == {"Ada Kaya": 30}

    def test_of_who_only_left_that_moment_is_known(self) -> None:
        deliveries = zoom(zoom_event("participant_left", at(30), BO), zoom_event("ended", at(60)))
        assert minutes(deliveries) == {"Bo Lind": 0}
        assert [each.code for each in attendance(deliveries).warnings] == ["no_join"]

    def test_no_telephone_number_is_kept_and_the_pseudonym_is_the_reports(self) -> None:
        caller = zoom_person("+49 170 1234567", phone_number="491701234567")
        joined = zoom_event(
            "participant_joined", at(0), caller | {"user_id": "7", "participant_uuid": "7"}
        )
        deliveries = zoom(joined, zoom_event("ended", at(60)))
        assert b"1234567" not in deliveries[0].written
        record = {"name": "+49 170 1234567", "join_time": told(at(0)), "leave_time": told(at(60))}
        report = participants_from_report([{"participants": [record]}], {"id": MEETING})
        (person,) = attendance(deliveries).participants
        assert (person.key, person.name) == (report.participants[0].key, "Phone participant")
        assert person.confidence == "low"

    def test_nothing_of_networks_and_devices_is_kept(self) -> None:
        (delivery,) = zoom(
            zoom_event("participant_joined", STARTS, ADA | {"ip_address": "192.0.2.1"})
        )
        assert b"192.0.2.1" not in delivery.written

    def test_the_report_of_the_meeting_is_about_the_same_instance_and_people(self) -> None:
        ada = ADA | {"registrant_id": "r1"}
        deliveries = zoom(
            zoom_event("participant_joined", at(0), ada),
            zoom_event("participant_left", at(30), ada),
            zoom_event("participant_joined", at(3), BO),
            zoom_event("participant_left", at(60), BO),
            zoom_event("ended", at(60)),
        )
        records = [
            {"id": "ada-id", "name": "Ada Kaya", "user_email": "ada@example.org", "registrant_id": "r1",
             "join_time": told(at(0)), "leave_time": told(at(30)), "status": "in_meeting"},
            {"id": "", "name": "Bo Lind", "user_email": "",
             "join_time": told(at(3)), "leave_time": told(at(60)), "status": "in_meeting"},
        ]  # fmt: skip
        meeting = {
            "id": int(MEETING),
            "uuid": UUID,
            "topic": "Coaching lab",
            "start_time": told(STARTS).replace("Z", ".0000000+00:00"),
            "end_time": told(at(60)),
        }
        report = participants_from_report([{"participants": records}], meeting)
        ours = attendance(deliveries)
        keys = [(each.key, each.email, each.stays) for each in report.participants]
        assert sorted(keys) == sorted(
            (each.key, each.email, each.stays) for each in ours.participants
        )
        session = Session()
        occurrence = Occurrence(session.id, session.title, "p", session.starts, session.ends, "x")
        assert meeting_activity_id(ours, occurrence) == meeting_activity_id(report, occurrence)


class TestOtherTools:
    def test_bigbluebutton_knows_who_left_by_the_connection_and_two_tabs_are_one_person(
        self,
    ) -> None:
        ada = {"external-user-id": "42", "name": "Ada Kaya", "role": "VIEWER"}
        left = {"external-user-id": "42"}
        first, second = {"internal-user-id": "w_1"}, {"internal-user-id": "w_2"}
        deliveries = bigbluebutton(
            bigbluebutton_event("meeting-created", STARTS, name="Coaching lab"),
            bigbluebutton_event("user-joined", at(1), ada | first),
            bigbluebutton_event("user-joined", at(5), ada | second),
            bigbluebutton_event("user-left", at(11), left | first),
            bigbluebutton_event("user-left", at(21), left | second),
            bigbluebutton_event("meeting-ended", at(60)),
        )
        found = attendance(deliveries, "bigbluebutton")
        (person,) = found.participants
        assert (person.key, person.role, person.confidence) == ("id:42", "viewer", "high")
        assert minutes(deliveries, "bigbluebutton") == {"Ada Kaya": 20}
        assert (found.meeting.starts, found.meeting.ends) == (STARTS, at(60))
        assert found.meeting.title == "Coaching lab"

    def test_nobody_is_in_a_breakout_room_of_bigbluebutton(self) -> None:
        user = {"internal-user-id": "w_1", "external-user-id": "42", "name": "Ada Kaya"}
        deliveries = bigbluebutton(
            bigbluebutton_event("meeting-created", STARTS, **{"is-breakout": True}),
            bigbluebutton_event("user-joined", at(1), user),
            bigbluebutton_event("meeting-ended", at(60)),
        )
        assert minutes(deliveries, "bigbluebutton") == {}

    def test_webex_tells_the_join_with_the_leave_and_the_lobby_does_not_count(self) -> None:
        meeting = {
            "id": "abcdef_I_1",
            "title": "Lab",
            "start": told(STARTS),
            "meetingNumber": "25512345678",
        }
        person = {
            "id": "p1",
            "meetingId": "abcdef_I_1",
            "displayName": "Ada",
            "email": "ada@example.org",
        }
        waits = person | {
            "id": "p2",
            "displayName": "Bo",
            "state": "lobby",
            "joinedTime": told(at(1)),
        }
        deliveries = webex(
            webex_event("meetingParticipants", "joined", waits),
            webex_event(
                "meetingParticipants",
                "left",
                person | {"joinedTime": told(at(2)), "leftTime": told(at(32)), "host": True},
            ),
            webex_event("meetings", "ended", meeting | {"end": told(at(60))}),
        )
        found = attendance(deliveries, "webex")
        assert minutes(deliveries, "webex") == {"Ada": 30}
        assert (found.meeting.id, found.meeting.starts) == ("abcdef_I_1", STARTS)
        assert found.participants[0].role == "host"
        names = webhooks.told_of([each.written for each in deliveries]).names
        assert {"abcdef", "25512345678"} <= names

    def test_graph_tells_of_joins_and_leaves_in_a_roster(self) -> None:
        def user(key: str, name: str) -> dict[str, Any]:
            return {"id": key, "identity": {"User": {"Id": key, "DisplayName": name}}}

        deliveries = teams(
            teams_notification("CallStarted", STARTS),
            teams_notification(
                "CallRosterUpdate",
                at(1),
                **{"activeParticipants@joined": [user("a", "Ada"), user("b", "Bo (Guest)")]},
            ),
            teams_notification(
                "CallRosterUpdate", at(31), **{"activeParticipants@exited": [user("a", "Ada")]}
            ),
            teams_notification("CallEnded", at(61)),
        )
        assert len({each.instance for each in deliveries}) == 1
        assert minutes(deliveries, "teams") == {"Ada": 30, "Bo": 60}
        found = attendance(deliveries, "teams")
        assert (found.meeting.starts, found.meeting.ends) == (STARTS, at(61))
        names = webhooks.told_of([each.written for each in deliveries]).names
        assert "19:meeting_abc@thread.v2" in names


ORDERLY = zoom(
    zoom_event("started", STARTS),
    zoom_event("participant_joined", at(0), ADA),
    zoom_event("participant_joined", at(1), BO),
    zoom_event("participant_left", at(20), ADA),
    zoom_event("participant_joined_breakout_room", at(20), ADA, breakout_room_uuid="r"),
    zoom_event("participant_left_breakout_room", at(30), ADA, breakout_room_uuid="r"),
    zoom_event("participant_joined", at(30), ADA),
    zoom_event("participant_put_in_waiting_room", at(40), BO),
    zoom_event("participant_joined", at(45), BO),
    zoom_event("participant_left", at(60), ADA),
    zoom_event("ended", at(60)),
    zoom_event("ended", at(60)),
)


@given(st.lists(st.sampled_from(ORDERLY), max_size=5), st.permutations(ORDERLY))
def test_any_order_and_any_repetition_gives_the_same_statements(
    again: list[Delivery], shuffled: list[Delivery]
) -> None:
    def statements(deliveries: list[Delivery]) -> object:
        facts = [each.written for each in deliveries]
        prepared = webhooks.prepare("zoom", facts, program="p", session=Session())
        assert prepared is not None
        return prepared.meeting, prepared.statements, prepared.warnings

    assert statements([*again, *shuffled]) == statements(list(ORDERLY))


MOVES = st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=12)


@given(MOVES, st.randoms())
def test_spans_neither_overlap_nor_depend_on_the_order(
    told_moves: list[tuple[int, bool]], random: Any
) -> None:
    moves = [(at(minute), joins) for minute, joins in told_moves]
    found = spans(moves)
    random.shuffle(moves)
    assert spans([*moves, *moves]) == found
    for (_, left), (joined, _) in pairwise(found):
        assert left is not None
        assert left <= joined
    joins = {moment for moment, joins in moves if joins}
    assert {joined for joined, _ in found} <= joins


def test_the_same_told_again_has_the_same_key_and_something_else_another() -> None:
    def key(event: dict[str, Any]) -> str:
        return zoom(event)[0].key

    joined = zoom_event("participant_joined", at(1), ADA)
    assert key(joined) == key(joined | {"event_ts": 1})
    others = [
        zoom_event("participant_left", at(1), ADA),
        zoom_event("participant_joined", at(2), ADA),
        zoom_event("participant_joined", at(1), BO),
        zoom_event("participant_joined", at(1), ADA, uuid="another"),
    ]
    assert len({key(each) for each in (joined, *others)}) == 5
