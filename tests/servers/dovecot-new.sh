#!/bin/bash
# The newest Dovecot that Debian packages, on loopback, everything below one scratch directory:
#   dovecot-new.sh install | start DIR [PORT [TLSPORT]] | stop DIR
# It lives in a Debian root of its own below SERVER_CACHE, see README.md, also for what `start` prints.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=_common.sh
. "$here/_common.sh"
# shellcheck source=_root.sh
. "$here/_root.sh"
# shellcheck source=_dovecot.sh
. "$here/_dovecot.sh"
root=$(root_of dovecot)

install() {
  apt_install openssl python3 util-linux
  make_root dovecot dovecot-core dovecot-imapd || die "the root was not made"
}

start() {
  local dir port tls_port
  dir=$(absolute_dir "${1:-}") || exit 1
  if [ -s "$dir/run/master.pid" ] && kill -0 "$(cat "$dir/run/master.pid")" 2>/dev/null; then cat "$dir/settings"; return; fi
  port=${2:-$(free_port)} tls_port=${3:-$(free_port)}
  install

  mkdir -p "$dir"/{run,state,mail,public}
  make_certificates "$dir/tls"
  write_users "$dir" 'userdb_quota_storage_size=20K'
  write_token_key "$dir"
  write_configuration "$dir" "$port" "$tls_port"
  # shellcheck disable=SC2016
  (inside "$root" "$dir" bash -c 'cd /srv && chown mail:mail mail public state && chmod 640 users && chgrp dovecot users' -) || die "no owners"

  # In the foreground: its mounts are seen by the namespace that it was started in alone.
  (inside "$root" "$dir" setsid env DOVECOT_HOSTNAME="$HOSTNAME_SHOWN" /usr/sbin/dovecot -F -c $INSIDE/dovecot.conf \
    >"$dir/start.log" 2>&1 </dev/null) &
  wait_for_greeting "$port" "$dir/start.log"
  print_settings "$dir" "$port" "$tls_port" ''
  { printf 'IMAP_TOKEN=%q\n' "$(token)"; print_users; } | tee -a "$dir/settings"
}

stop() {
  local dir
  dir=$(absolute_dir "${1:-}") || exit 1
  stop_by_pid_file "$dir/run/master.pid"
}

write_configuration() {
  local dir=$1 port=$2 tls_port=$3 in=$INSIDE
  cat >"$dir/dovecot.conf" <<CONF
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = $in/run
state_dir = $in/state
instance_name = new-$port
log_path = $in/dovecot.log
hostname = $HOSTNAME_SHOWN
protocols = imap
listen = 127.0.0.1
shutdown_clients = yes

service imap-login {
  inet_listener imap {
    listen = 127.0.0.1
    port = $port
  }
  inet_listener imaps {
    listen = 127.0.0.1
    port = $tls_port
    ssl = yes
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}

ssl = yes
ssl_server_cert_file = $in/tls/cert.pem
ssl_server_key_file = $in/tls/key.pem
ssl_server_ca_file = $in/tls/ca.pem
ssl_server_require_crl = no
ssl_server_request_client_cert = yes
auth_ssl_username_from_cert = yes
auth_allow_cleartext = yes
auth_mechanisms = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-1-plus scram-sha-256 scram-sha-256-plus oauthbearer xoauth2 external anonymous
auth_anonymous_username = bob
auth_failure_delay = 0
oauth2 {
  introspection_mode = local
  username_attribute = sub
  oauth2_local_validation {
    dict fs {
      fs posix {
        prefix = $in/keys/
      }
    }
  }
}
# The client's certificate is enough.
passdb static {
  mechanisms_filter = external
  fields {
    nopassword = yes
  }
}
passdb passwd-file {
  mechanisms_filter = plain login cram-md5 digest-md5 scram-sha-1 scram-sha-1-plus scram-sha-256 scram-sha-256-plus
  passwd_file_path = $in/users
}
userdb passwd-file {
  passwd_file_path = $in/users
  fields {
    uid = mail
    gid = mail
    home = $in/mail/%{user}
  }
}

first_valid_uid = 1
first_valid_gid = 1
mail_driver = sdbox
mail_path = ~/sdbox
mail_max_userip_connections = 200
mail_utf8_extensions = yes
imap_literal_minus = yes
imap_metadata = yes
mail_attribute {
  dict file {
    path = %{home}/metadata
  }
}
imap_urlauth_host = $HOSTNAME_SHOWN
imap_urlauth_port = 143
imap_idle_notify_interval = 5 secs
mail_plugins = acl quota notify
protocol imap {
  mail_plugins {
    imap_acl = yes
    imap_quota = yes
  }
}

namespace inbox {
  inbox = yes
  separator = /
$(print_mailboxes)
}

acl_driver = vfile
quota "User quota" {
  driver = count
  quota_storage_size = 64M
}
CONF
}

case ${1:-} in
  install | start | stop) "$@" ;;
  *) die "usage: $0 install | start DIR [PORT [TLSPORT]] | stop DIR" ;;
esac
