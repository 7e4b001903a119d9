use super::*;
use crate::testing::head;

const NOW_S: u64 = 1_800_000_000;

fn challenge(difficulty: u8) -> Challenge {
    let body = ChallengeBody { key: "ab".repeat(32), difficulty, ttl_s: 600 };
    Challenge::compile(&body).unwrap_or_else(|e| panic!("{e}"))
}

fn asker(site: &'static str, client: [u8; 4], now_s: u64) -> Asker<'static> {
    Asker { site, client: IpAddr::from(client), https: true, now_s }
}

fn solved(token: &str, difficulty: u32) -> u64 {
    (0..u64::MAX).find(|n| zero_bits(digest(&SHA256, format!("{token}:{n}").as_bytes()).as_ref()) >= difficulty).unwrap_or(0)
}

fn sent(token: &str, number: &str) -> RequestHead {
    head(&format!("GET /.well-known/hcc-challenge?t={token}&n={number}"), "")
}

#[test]
fn who_solves_it_passes_until_the_cookie_ends() {
    let challenge = challenge(8);
    let me = asker("s", [192, 0, 2, 1], NOW_S);
    let token = challenge.token(&me);
    let number = solved(&token, 8).to_string();
    let answer = challenge.solve(&sent(&token, &number), &me);
    assert_eq!(answer.status, 204);
    let cookie = answer.fields.iter().find(|(n, _)| *n == "Set-Cookie").map(|(_, v)| v.clone()).unwrap_or_default();
    assert!(cookie.ends_with("; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    let value = cookie.split(';').next().unwrap_or_default();
    let cases = [
        (asker("s", [192, 0, 2, 1], NOW_S), true),
        (asker("s", [192, 0, 2, 200], NOW_S + 599), true),
        (asker("s", [192, 0, 2, 1], NOW_S + 600), false),
        (asker("s", [192, 0, 3, 1], NOW_S), false),
        (asker("t", [192, 0, 2, 1], NOW_S), false),
        // A clock that went back by more than gateways may differ.
        (asker("s", [192, 0, 2, 1], NOW_S - 31), false),
    ];
    for (asker, expected) in cases {
        assert_eq!(challenge.passed(&head("GET /", &format!("Cookie: a=b; {value}\r\n")), &asker), expected, "{asker:?}");
    }
    for wrong in ["hcc_passed=", "hcc_passed=1.2", "hcc_passed=99999999999999999999.00", "hcc_passed=x"] {
        assert!(!challenge.passed(&head("GET /", &format!("Cookie: {wrong}\r\n")), &me), "{wrong}");
    }
    // Sent again later it buys the same end, not a later one.
    let again = challenge.solve(&sent(&token, &number), &Asker { now_s: NOW_S + 200, ..me });
    let later = again.fields.iter().find(|(n, _)| *n == "Set-Cookie").map(|(_, v)| v.clone()).unwrap_or_default();
    assert_eq!(later.split(';').next(), Some(value));
    assert!(later.contains("Max-Age=400"), "{later}");
}

#[test]
fn what_is_no_solution_is_refused() {
    let challenge = challenge(8);
    let me = asker("s", [192, 0, 2, 1], NOW_S);
    let token = challenge.token(&me);
    let number = solved(&token, 8);
    let wrong = (0..u64::MAX).find(|n| zero_bits(digest(&SHA256, format!("{token}:{n}").as_bytes()).as_ref()) < 8).unwrap_or(0).to_string();
    let good = number.to_string();
    let forged = format!("{NOW_S}.00.{}", "00".repeat(32));
    let forged_number = solved(&forged, 8).to_string();
    let long = "1".repeat(200);
    let cases: [(&str, &str, Asker<'_>); 9] = [
        (&token, &wrong, me),
        (&token, "", me),
        (&token, "-1", me),
        (&token, "123456789012345678901", me),
        (&forged, &forged_number, me),
        (&long, "1", me),
        (&token, &good, asker("s", [192, 0, 2, 1], NOW_S + 301)),
        (&token, &good, asker("other", [192, 0, 2, 1], NOW_S)),
        (&token, &good, asker("s", [198, 51, 100, 1], NOW_S)),
    ];
    for (token, number, asker) in cases {
        assert_eq!(challenge.solve(&sent(token, number), &asker).status, 403, "{token} {number} {asker:?}");
    }
    assert_eq!(challenge.solve(&head("GET /.well-known/hcc-challenge", ""), &me).status, 403);
    let harder = Challenge { difficulty: 24, ..self::challenge(8) };
    assert!(
        zero_bits(digest(&SHA256, format!("{token}:{good}").as_bytes()).as_ref()) >= 24
            || harder.solve(&sent(&token, &good), &me).status == 403
    );
}

#[test]
fn the_page_is_its_own() {
    let me = asker("s", [192, 0, 2, 1], NOW_S);
    let answer = challenge(16).ask(&me, true);
    let crate::render::Content::Page(page) = &answer.content else { panic!("no page") };
    let policy = answer.fields.iter().find(|(n, _)| *n == "Content-Security-Policy").map(|(_, v)| v.as_str()).unwrap_or_default();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or_default();
    assert_eq!((nonce.len(), page.matches(&format!("nonce=\"{nonce}\"")).count()), (32, 2));
    assert!(!page.contains('@') && !page.contains("http:") && !page.contains("https:") && page.contains("data-bits=\"16\""));
    assert_eq!(challenge(16).ask(&me, false).status, 403);
}

#[test]
fn settings_out_of_range_are_refused() {
    for body in [
        ChallengeBody { key: "zz".repeat(32), ..ChallengeBody::default() },
        ChallengeBody { key: "ab".repeat(31), ..ChallengeBody::default() },
        ChallengeBody { difficulty: 0, ..ChallengeBody::default() },
        ChallengeBody { difficulty: 25, ..ChallengeBody::default() },
        ChallengeBody { ttl_s: 59, ..ChallengeBody::default() },
    ] {
        assert!(Challenge::compile(&body).is_err(), "{body:?}");
    }
}
