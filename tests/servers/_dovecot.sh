# Shared by the two Dovecots; sourced after _common.sh, never run.
# shellcheck shell=bash

REFERRED_HOST=elsewhere.example.org

# Plain passwords, so that CRAM-MD5, DIGEST-MD5 and SCRAM work. Carol has a small quota, by the field given; dave is sent to
# another server.
write_users() {
  local user extra
  for user in alice bob carol dave; do
    extra=''
    case $user in
      carol) extra=$2 ;;
      dave) extra="nologin=y host=$REFERRED_HOST reason=moved" ;;
    esac
    echo "$user:{PLAIN}$PASSWORD::::::$extra"
  done >"$1/users"
}

# print_users: the settings of the further users.
print_users() { printf 'IMAP_USER3=carol   # quota of 20 KB\nREFERRED_USER=dave\nREFERRED_HOST=%s\n' "$REFERRED_HOST"; }

# The HMAC key that OAUTHBEARER and XOAUTH2 tokens are signed with, for local validation.
write_token_key() {
  mkdir -p "$1/keys/default/HS256"
  printf '%s' 'public test key of the token signer' | openssl base64 -A >"$1/keys/default/HS256/test"
}

# token: prints a bearer token (JWT) for alice that stays valid.
token() {
  python3 - <<'PYTHON'
import base64, hashlib, hmac, json
def part(data): return base64.urlsafe_b64encode(data).rstrip(b"=")
signed = b".".join(part(json.dumps(p, separators=(",", ":")).encode()) for p in (
    {"alg": "HS256", "typ": "JWT", "kid": "test"},
    {"sub": "alice", "iat": 1600000000, "nbf": 1600000000, "exp": 4000000000, "iss": "mail.example.org"}))
key = b"public test key of the token signer"
print((signed + b"." + part(hmac.new(key, signed, hashlib.sha256).digest())).decode())
PYTHON
}

# print_mailboxes: those that every user has, for the configuration.
print_mailboxes() {
  local name
  for name in Drafts Sent Trash Junk Archive; do
    case $name in
      Drafts | Sent | Trash) printf '  mailbox %s {\n    auto = subscribe\n' $name ;;
      *) printf '  mailbox %s {\n    auto = create\n' $name ;;
    esac
    printf '    special_use = \\%s\n  }\n' $name
  done
}
