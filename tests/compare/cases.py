"""The seed, imaplib2, in one case: `cases.py CASE PORT`.

The exit status is 0 when it shows its user what a correct client shows; what went wrong stands on standard error. It is
the caller who ends it when it hangs. `tests/compare/cases` says what each case is about.
"""

import os
import queue
import socket
import sys
import threading
import time
import traceback
import warnings

warnings.simplefilter("ignore")
import imaplib2  # noqa: E402


class Calls:
    """What callbacks were given."""

    def __init__(self):
        self.given = queue.Queue()

    def __call__(self, answer):
        self.given.put(answer)

    def next(self):
        return self.given.get()


def client(port, **arguments):
    return imaplib2.IMAP4("127.0.0.1", port, **arguments)


def selected(port, **arguments):
    mail = client(port, **arguments)
    mail.select("INBOX")
    return mail


def same(is_, expected):
    assert is_ == expected, f"{is_!r} instead of {expected!r}"


def fails(kind, call, *words):
    """The call must fail with the class `kind`, and say the words."""
    try:
        call()
    except kind as error:
        for word in words:
            assert word in str(error), f"{error!r} does not say {word!r}"
        return error
    raise AssertionError("it did not fail")


def flags(mail, number, calls=None):
    if calls is None:
        return mail.fetch(str(number), "(FLAGS)")
    return mail.fetch(str(number), "(FLAGS)", callback=calls)


def fetched(number, flag):
    return ("OK", [b"%d (FLAGS (\\%s))" % (number, flag)])


# 1.15

def noop(port):
    same(client(port).noop()[0], "OK")


ok_without_text = text_like_a_literal = noop


def pipelined_fetches(port):
    mail, one, two = selected(port), Calls(), Calls()
    flags(mail, 1, one)
    flags(mail, 2, two)
    same(one.next()[0], fetched(1, b"Seen"))
    same(two.next()[0], fetched(2, b"Draft"))


def untagged_before_continuation(port):
    mail = selected(port)
    same(mail.append("INBOX", None, None, b"hello world\r\n")[0], "OK")


def lower_case(port):
    same(selected(port).search(None, "ALL"), ("OK", [b"2 3"]))


def compressed_body(port):
    mail = client(port)
    mail.enable_compression()
    mail.select("INBOX")
    data = mail.fetch("1", "(BODY.PEEK[])")[1]
    same(len(data[0][1]), 400_000)


def enable(port):
    mail = client(port)
    same(mail.enable("CONDSTORE")[0], "OK")
    same(mail.noop()[0], "OK")


def name_in_other_letters(port):
    mail = client(port)
    try:
        mail.create("Entwürfe")
    except UnicodeEncodeError:
        pass
    same(mail.select("INBOX"), ("OK", [b"3"]))


def callback_of_a_lost_connection(port):
    mail, done = client(port), queue.Queue()

    def told(answer):
        try:
            mail.noop()
        except mail.abort:
            done.put(answer)

    mail.noop(callback=told)
    same(done.get()[0], None)


def news_before_starttls(port):
    mail = client(port)
    mail.starttls()
    same(mail.noop()[0], "OK")


def capabilities_of_the_login(port):
    mail = client(port)
    mail.login("alice", "secret")
    assert "MOVE" in mail.capabilities, mail.capabilities


def lock_of_another(port):
    mail = selected(port)
    nothing = threading.Thread(target=lambda: mail.xatom("NOOP"), daemon=True)
    nothing.start()
    time.sleep(0.1)
    other = threading.Thread(target=lambda: mail.select("other"), daemon=True)
    other.start()
    nothing.join()
    time.sleep(0.05)
    same(flags(mail, 9), fetched(9, b"Seen"))


def code_with_a_bracket(port):
    mail = selected(port)
    same(mail.search("UTF-8", "SUBJECT", "x")[0], "NO")
    same(mail.response("2FOR-1")[1], [b"offer"])
    same(mail.response("BADCHARSET")[1], [b'("x]y" "utf-8")'])


def long_line(port):
    mail, times = selected(port), []
    for number, mebibytes in ((1, 4), (2, 16)):
        began = time.perf_counter()
        data = mail.fetch(str(number), "(BODY.PEEK[])")[1]
        same(len(data[0][1]), mebibytes << 20)
        times.append(time.perf_counter() - began)
    assert times[1] <= 8 * times[0] + 0.05, times


def endless_line(port):
    fails(imaplib2.IMAP4.error, client(port).noop)


def rate(port):
    def cpu(work):
        began = time.process_time()
        for _ in range(2000):
            work()
        return time.process_time() - began

    stream = socket.create_connection(("127.0.0.1", port))
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(line, end):
        stream.sendall(line)
        said = b""
        while end not in said or not said.endswith(b"\n"):
            said += stream.recv(4096)

    ask(b"", b"PREAUTH")
    ask(b"s SELECT INBOX\r\n", b"s OK")
    raw = cpu(lambda: ask(b"n NOOP\r\n", b"n OK"))
    ask(b"z LOGOUT\r\n", b"z OK")
    ours = cpu(selected(port).noop)
    assert ours <= 4 * raw, f"CPU {ours:.3f} s, a socket's {raw:.3f} s"


# 1.4

def parallel_commands(port):
    mail, one = selected(port), Calls()
    flags(mail, 1, one)
    same(mail.status("other", "(MESSAGES)"), ("OK", [b"other (MESSAGES 4)"]))
    same(one.next()[0], fetched(1, b"Seen"))


def select_waits(port):
    mail, one, nine = selected(port), Calls(), queue.Queue()
    flags(mail, 1, one)
    behind = threading.Timer(0.05, lambda: nine.put(flags(mail, 9)))
    behind.start()
    same(mail.select("other"), ("OK", [b"9"]))
    same(one.next()[0], fetched(1, b"Seen"))
    same(nine.get(), fetched(9, b"Draft"))


def serial_with_callback(port):
    mail, calls = client(port), Calls()
    mail.subscribe("one", callback=calls)
    assert calls.given.empty()
    same(calls.next()[0][0], "OK")


def wrong_state(port):
    mail = client(port)
    fails(mail.error, lambda: flags(mail, 1), "illegal in state AUTH")
    same(mail.noop()[0], "OK")


def after_bye(port):
    mail = client(port)
    fails(mail.abort, mail.noop)
    fails(mail.abort, mail.noop, "going down for maintenance")


def pending_at_bye(port):
    mail, calls = selected(port), Calls()
    for number in 1, 2:
        flags(mail, number, calls)
    for _ in 1, 2:
        same(calls.next()[2][0], mail.abort)


def select_forgets(port):
    mail = selected(port)
    mail.select("other")
    same(mail.response("EXISTS")[1], [None])
    same(mail.recent()[1], [b"1"])


def select_read_only(port):
    mail = client(port)
    fails(mail.readonly, mail.select)


def turned_read_only(port):
    mail = selected(port)
    mail.noop()
    fails(mail.readonly, mail.noop)


def two_searches(port):
    mail, seen, unseen = selected(port), Calls(), Calls()
    mail.search(None, "SEEN", callback=seen)
    mail.search(None, "UNSEEN", callback=unseen)
    same(seen.next()[0], ("OK", [b"1"]))
    same(unseen.next()[0], ("OK", [b"2 3"]))


# 1.5

def callback(port):
    mail, calls = client(port), Calls()
    same(mail.status("other", "(MESSAGES)", callback=calls, cb_arg=7), (None, None))
    assert calls.given.empty()
    same(calls.next(), (("OK", [b"other (MESSAGES 4)"]), 7, None))


def no_is_an_answer(port):
    mail = client(port)
    same(mail.delete("other"), ("NO", [b"[INUSE] busy"]))
    same(mail.noop()[0], "OK")


def bad_is_an_error(port):
    mail = client(port)
    fails(mail.error, lambda: mail.delete("other"), "what")
    same(mail.noop()[0], "OK")


def callback_of_bad(port):
    mail, calls = client(port), Calls()
    mail.delete("other", callback=calls)
    result, _, error = calls.next()
    same((result, error[0]), (None, mail.error))
    same(mail.noop()[0], "OK")


def callback_starts_a_command(port):
    mail, calls = client(port), Calls()
    mail.noop(callback=lambda _: mail.status("other", "(MESSAGES)", callback=calls))
    same(calls.next()[0], ("OK", [b"other (MESSAGES 4)"]))


def callback_waits(port):
    mail, calls = client(port), Calls()
    mail.noop(callback=lambda _: calls(mail.status("other", "(MESSAGES)")))
    same(calls.given.get(), ("OK", [b"other (MESSAGES 4)"]))


def login_refused(port):
    mail = client(port)
    fails(mail.error, lambda: mail.login("alice", "secret"), "no such user")


def select_refused(port):
    mail = selected(port)
    same(mail.select("other")[0], "NO")
    same(mail.state, "AUTH")


# 1.8

def unsolicited_data(port):
    mail = selected(port)
    mail.noop()
    kept = [entry for entry in mail.pop_untagged_responses() if entry[0] != "READ-WRITE"]
    same(kept, [["EXPUNGE", [b"2"]], ["EXISTS", [b"7"]], ["FETCH", [b"5 (FLAGS (\\Seen))"]]])
    same(list(mail.pop_untagged_responses()), [])


def code_of_an_append(port):
    mail = client(port)
    same(mail.append("INBOX", None, None, b"hello world\r\n")[0], "OK")
    same(mail.response("APPENDUID"), ("APPENDUID", [b"38505 3955"]))


def codes_of_a_select(port):
    mail = client(port)
    same(mail.select(), ("OK", [b"3"]))
    for code, value in (
        ("RECENT", b"1"),
        ("UIDVALIDITY", b"12"),
        ("UIDNEXT", b"44"),
        ("UNSEEN", b"2"),
        ("FLAGS", b"(\\Seen \\Draft)"),
        ("PERMANENTFLAGS", b"(\\Seen)"),
        ("READ-WRITE", b""),
    ):
        same(mail.response(code)[1], [value])


def unknown_code(port):
    mail = client(port)
    mail.noop()
    same(mail.response("X-NEW")[1], [b"1 2"])


def two_literals(port):
    data = selected(port).fetch("1", "(BODY.PEEK[1] BODY.PEEK[2])")[1]
    same([part[1] for part in data if isinstance(part, tuple)], [b"ab\r\nc", b"xyz"])


def recent(port):
    mail = selected(port)
    mail.noop()
    same(mail.recent()[1], [b"2"])


# 1.9

def idle(port):
    mail = selected(port)
    same(mail.idle(60)[0], "OK")
    same(mail.response("IDLE")[1], [None])
    same(mail.response("EXISTS")[1], [b"4"])
    same(mail.noop()[0], "OK")


idle_data = idle_data_at_once = idle_still_here = idle


def idle_time_out(port):
    mail = selected(port)
    mail.idle(1)
    same(mail.response("IDLE")[1], [b"TIMEOUT"])
    same(mail.noop()[0], "OK")


def idle_command(port):
    mail, calls = selected(port), Calls()
    mail.idle(60, callback=calls)
    same(mail.noop()[0], "OK")
    same(calls.next()[0][0], "OK")


def idle_renewed(port):
    mail = selected(port)
    # The time after which it is to be renewed is all that can be said.
    mail.idle(1)
    same(mail.response("EXISTS")[1], [b"4"])


def idle_dead_peer(port):
    mail = selected(port, timeout=1)
    fails(mail.abort, lambda: mail.idle(1))


def main():
    name, port = sys.argv[1:]
    try:
        globals()[name.replace("-", "_")](int(port))
        status = 0
    except BaseException:
        traceback.print_exc(limit=3)
        status = 1
    # Its threads may hang; nobody waits for them.
    sys.stderr.flush()
    os._exit(status)


main()
