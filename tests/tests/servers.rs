//! The real servers start, and answer as their recordings say.

use imap_tests::raw::RawClient;
use imap_tests::servers::{Kind, Server, server};

fn capabilities(server: &Server) -> String {
    let (mut client, greeting) = RawClient::connect(server.port());
    assert!(greeting.starts_with("* OK "), "{greeting}");
    let (user, password) = server.login();
    client.ok(&format!("LOGIN {user} {password}"));
    client.ok("CAPABILITY").lines().remove(0)
}

/// Appends a message, fetches it, and removes the mailbox.
fn round_trip(server: &Server) {
    let (mut client, _) = RawClient::connect(server.port());
    let (user, password) = server.login();
    client.ok(&format!("LOGIN {user} {password}"));
    let name = server.mailbox_name("round-trip");
    client.ok(&format!("CREATE {name}"));
    let message = "Subject: x\r\n\r\nbody\r\n";
    client.ok(&format!(
        "APPEND {name} {{{}+}}\r\n{message}",
        message.len()
    ));
    client.ok(&format!("SELECT {name}"));
    let answer = client.ok("FETCH 1 BODY.PEEK[]").lines().remove(0);
    assert_eq!(
        answer,
        format!("* 1 FETCH (BODY[] {{{}}}\r\n{message})", message.len())
    );
    client.ok("UNSELECT");
    client.ok(&format!("DELETE {name}"));
}

#[test]
fn dovecot_runs() {
    let Some(server) = server(Kind::Dovecot) else {
        return;
    };
    assert!(capabilities(&server).contains(" NOTIFY "));
    assert!(server.setting("SUBPROCESS").is_some() && server.setting("IMAP_TOKEN").is_some());
    round_trip(&server);
}

#[test]
fn cyrus_runs() {
    let Some(server) = server(Kind::Cyrus) else {
        return;
    };
    assert!(capabilities(&server).contains(" ANNOTATE-EXPERIMENT-1 "));
    assert_eq!(server.setting("IMAP_ADMIN"), Some("cyrus"));
    round_trip(&server);
}

#[test]
fn the_newest_cyrus_runs() {
    let Some(server) = server(Kind::CyrusNew) else {
        return;
    };
    assert!(capabilities(&server).contains(" IMAP4rev2 "));
    assert!(server.ca_file().exists());
    round_trip(&server);
}
