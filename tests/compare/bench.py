"""The seed's part of `imap-bench seed`: does the work, and prints `NAME COUNT SECONDS CPU-SECONDS RIGHT` for each.

Arguments: PORT USER PASSWORD MAILBOX OCTETS COMPRESS, as for the other clients; `tests/bench/src/seed` says what they are.
"""

import signal
import sys
import threading
import time
import warnings

warnings.simplefilter("ignore")
import imaplib2  # noqa: E402

CONNECTIONS, NOOPS, FETCHES, SMALL, ROUNDS = 20, 2000, 5000, 100, 2
# It stalls on compressed data until more comes: so often it is nudged by a NOOP.
NUDGE = 0.2


def measured(name, count, work):
    began, cpu = time.perf_counter(), time.process_time()
    right = work()
    took, used = time.perf_counter() - began, time.process_time() - cpu
    print(name, count, f"{took:.6f} {used:.6f}", right, flush=True)


def connections(port, user, password):
    took = used = 0.0
    for _ in range(CONNECTIONS):
        began, cpu = time.perf_counter(), time.process_time()
        client = imaplib2.IMAP4("127.0.0.1", port)
        client.login(user, password)
        took += time.perf_counter() - began
        used += time.process_time() - cpu
        client.logout()
    print("connect", CONNECTIONS, f"{took:.6f} {used:.6f}", CONNECTIONS, flush=True)


def noops(client):
    return sum(client.noop()[0] == "OK" for _ in range(NOOPS))


def fetches(client):
    done, right, left = threading.Event(), [], [FETCHES]

    def answered(answer):
        result, number, _ = answer
        data = result[1] if result else [None]
        if len(data) == 1 and data[0] and data[0].startswith(b"%d (" % number):
            right.append(number)
        left[0] -= 1
        if not left[0]:
            done.set()

    for index in range(FETCHES):
        number = 2 + index % SMALL
        client.fetch(str(number), "(FLAGS)", callback=answered, cb_arg=number)
    done.wait()
    return len(right)


def literal(client, octets, nudged):
    done, size = threading.Event(), []

    def answered(answer):
        data = answer[0][1] if answer[0] else []
        size.extend(len(part[1]) for part in data if isinstance(part, tuple))
        done.set()

    client.fetch("1", "(BODY.PEEK[])", callback=answered)
    while not done.wait(NUDGE if nudged else None):
        client.noop(callback=lambda _: None)
    return int(size == [octets])


def main():
    port, user, password, mailbox, octets, compress = sys.argv[1:]
    octets, compress = int(octets), compress == "yes"
    signal.alarm(600)
    if not compress:
        connections(int(port), user, password)
    client = imaplib2.IMAP4("127.0.0.1", int(port))
    client.login(user, password)
    if compress:
        client.enable_compression()
    client.select(mailbox)
    for _ in range(ROUNDS):
        measured("noop", NOOPS, lambda: noops(client))
        measured("fetch", FETCHES, lambda: fetches(client))
        measured("literal", octets, lambda: literal(client, octets, compress))
    client.logout()


main()
