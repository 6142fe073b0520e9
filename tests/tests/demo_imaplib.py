"""Python's imaplib against the demo server: demo_imaplib.py PORT TLSPORT CA_FILE."""

import imaplib
import ssl
import sys
import threading

port, tls_port, ca_file = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
context = ssl.create_default_context(cafile=ca_file)


def ok(answer):
    status, data = answer
    assert status == "OK", answer
    return data


def login(client):
    ok(client.login("alice", "secret-pass"))
    return client


with imaplib.IMAP4_SSL("localhost", tls_port, ssl_context=context) as secure:
    login(secure)
    assert "IMAP4REV1" in secure.capabilities

upgraded = imaplib.IMAP4("localhost", port)
ok(upgraded.starttls(context))
ok(upgraded.authenticate("PLAIN", lambda challenge: b"\0alice\0secret-pass"))
upgraded.logout()

client = login(imaplib.IMAP4("127.0.0.1", port))
assert len(ok(client.list())) == 11
assert ok(client.select("INBOX")) == [b"26"]
for number in range(1, 27):
    size = int(ok(client.fetch(str(number), "(RFC822.SIZE)"))[0].split()[-1].rstrip(b")"))
    (_, whole), _ = ok(client.fetch(str(number), "(BODY.PEEK[])"))
    assert len(whole) == size, number
    for item in ("ENVELOPE", "BODYSTRUCTURE", "BODY", "FLAGS", "INTERNALDATE", "UID"):
        assert ok(client.fetch(str(number), f"({item})"))
assert ok(client.search(None, "SUBJECT", "budget")) == [b"24 25 26"]
assert ok(client.uid("SEARCH", "UNSEEN FROM bob"))
assert ok(client.status("INBOX", "(MESSAGES UIDNEXT)")) == [b'"INBOX" (MESSAGES 26 UIDNEXT 27)']

ok(client.create("py"))
message = b"Subject: from Python\r\n\r\n" + b"line\r\n" * 1000
for _ in range(3):
    ok(client.append("py", r"(\Seen)", imaplib.Time2Internaldate(1741165200), message))
assert ok(client.select("py")) == [b"3"]
(_, body), _ = ok(client.fetch("2", "(BODY[TEXT])"))
assert body == b"line\r\n" * 1000
ok(client.store("1:2", "+FLAGS", r"(\Deleted)"))
assert ok(client.expunge()) == [b"1", b"1"]
ok(client.copy("1", "Trash"))
assert ok(client.uid("MOVE", "3", "Trash"))
assert ok(client.status("Trash", "(MESSAGES)")) == [b'"Trash" (MESSAGES 2)']
ok(client.close())
ok(client.rename("py", "python"))
ok(client.subscribe("python"))
assert any(b"python" in line for line in ok(client.lsub()))
ok(client.unsubscribe("python"))
ok(client.delete("python"))
ok(client.namespace())
ok(client.noop())


def work(index, failures):
    try:
        with imaplib.IMAP4("127.0.0.1", port) as one:
            login(one)
            ok(one.select("INBOX"))
            for number in range(1, 27):
                ok(one.fetch(str(number), "(UID FLAGS BODY[])"))
            ok(one.store("1:*", "+FLAGS", f"worker{index}"))
    except Exception as error:
        failures.append(error)


failures = []
threads = [threading.Thread(target=work, args=(index, failures)) for index in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert not failures, failures
ok(client.select("INBOX"))
assert ok(client.search(None, "KEYWORD worker0 KEYWORD worker3"))[0].split()[-1] == b"26"
client.logout()
print("all good")
