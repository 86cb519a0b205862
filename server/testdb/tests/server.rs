//! The server for tests serves tests.

use std::process::Command;

#[test]
fn each_test_has_a_database_of_its_own_on_one_server() {
    let (Some(a), Some(b)) = (testdb::postgres(), testdb::postgres()) else { return };
    assert_ne!(a.name, b.name);
    let ask = |url: &str, sql: &str| Command::new("psql").args(["-qXAt", url, "-c", sql]).output().unwrap();
    assert!(ask(&a.url, "CREATE TABLE only_here (x int)").status.success());
    assert!(!ask(&b.url, "SELECT * FROM only_here").status.success());
    assert!(ask(&a.tcp_url, "SELECT * FROM only_here").status.success());
    let wrong = a.tcp_url.replace("only%20for%20tests", "wrong");
    let answer = ask(&wrong, "SELECT 1");
    assert!(String::from_utf8_lossy(&answer.stderr).contains("password authentication failed"), "{answer:?}");
}
