use super::*;

const SHOP: &str = include_str!("../tests/data/shop.pem");
const SHOP_KEY: &str = include_str!("../tests/data/shop.key");
const OTHER: &str = include_str!("../tests/data/other.pem");
const OTHER_KEY: &str = include_str!("../tests/data/other.key");

fn body(hosts: &[&str], chain: &str, key: Option<&str>) -> CertificateBody {
    CertificateBody {
        id: "c1".to_owned(),
        hosts: hosts.iter().map(|h| (*h).to_owned()).collect(),
        chain_pem: chain.to_owned(),
        key_pem: key.map(str::to_owned),
        key_sealed: None,
    }
}

fn compiled(hosts: &[&str], chain: &str, key: &str) -> Certificate {
    Certificate::compile(body(hosts, chain, Some(key)), &Keyring::default()).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn what_is_refused() {
    for (what, body) in [
        ("another's key", body(&["a"], SHOP, Some(OTHER_KEY))),
        ("no key", body(&["a"], SHOP, None)),
        ("no chain", body(&["a"], "", Some(SHOP_KEY))),
        ("a chain that is a key", body(&["a"], SHOP_KEY, Some(SHOP_KEY))),
        ("a key that is none", body(&["a"], SHOP, Some("hello"))),
        ("no host", body(&[], SHOP, Some(SHOP_KEY))),
    ] {
        assert!(Certificate::compile(body, &Keyring::default()).is_err(), "{what}");
    }
}

#[test]
fn names() {
    let mut all = Certificates::default();
    let shop = compiled(&["Shop.example", "*.shop.example"], SHOP, SHOP_KEY);
    let other = compiled(&["shop.example", "*"], OTHER, OTHER_KEY);
    all.add(&shop);
    let is = |all: &Certificates, name: Option<&str>, of: &Certificate| all.find(name).is_some_and(|k| Arc::ptr_eq(k, &of.key));
    assert!(all.find(None).is_none() && all.find(Some("a.b.shop.example")).is_none());
    all.add(&other);
    for (name, of) in [
        (Some("SHOP.example"), &shop),
        (Some("a.shop.example"), &shop),
        (Some("a.b.shop.example"), &other),
        (Some("elsewhere"), &other),
        (None, &other),
    ] {
        assert!(is(&all, name, of), "{name:?}");
    }
}
