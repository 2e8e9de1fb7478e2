//! What people say of fields: it is verified, and comes back when the database is made anew.

use sohoa_domain::FieldKey;
use sohoa_store::{Confirmation, DoubtfulPage, FieldValue, FieldWord, Records as _, SqliteRecords, StoreError};

use super::*;

fn all() -> DoubtfulPage {
    DoubtfulPage { most: 10, ..DoubtfulPage::default() }
}

impl Home {
    /// Somebody says what the doubtful field of the first document is.
    async fn say(&self, seen: Option<Sha256Digest>, value: &str) -> Result<Sha256Digest, StoreError> {
        let document = self.records.documents(&code(1)).await?.remove(0).id;
        let field = FieldKey { name: FieldName::NUMBER, nth: 0 };
        let said = FieldValue::new(document.clone(), field.clone(), value.to_owned(), "salt".repeat(8));
        let value = said.keep(&self.blobs).unwrap();
        let word = FieldWord { document, field, page: 1, seen, value: Some(value), corrected: true };
        self.records.confirm_field(&word, NOW, "an-archivist").await.map(|()| value)
    }

    async fn confirmations(&self) -> Vec<Confirmation> {
        self.records.confirmations(&code(1)).await.unwrap()
    }
}

#[tokio::test]
async fn a_confirmed_field_waits_no_more_and_is_verified_and_rebuilt() {
    let home = Home::new().await;
    assert_eq!(home.records.doubtful_fields(&all()).await.unwrap().len(), 3);
    let first = home.say(None, "12").await.unwrap();
    assert_eq!(home.records.count_doubtful_fields(&all()).await.unwrap(), 2);
    // Who saw nothing of it does not write over it.
    assert!(matches!(home.say(None, "13").await, Err(StoreError::Changed(_))));
    let second = home.say(Some(first), "14").await.unwrap();
    let confirmed = home.confirmations().await;
    assert_eq!(confirmed.iter().map(|c| (c.value, c.person.as_str())).collect::<Vec<_>>(), [(second, "an-archivist")]);
    assert_eq!(FieldValue::read(&home.blobs, &second).unwrap().value, "14");
    // The value of the refused word belongs to nothing; those of events do, also the one that was replaced.
    let stray: Vec<_> = home.problems(None).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(stray, [ProblemKind::BlobWithoutRow]);
    for line in home.records.event_lines(0, 1_000).await.unwrap() {
        assert!(!line.text.contains("\"14\""), "{}", line.text);
    }

    home.log.seal(&home.records).await.unwrap();
    let path = home.dir.path().join("again.db");
    let rebuilt = SqliteRecords::rebuild(&path, &home.stores().objects, NOW).await.unwrap();
    // What was never received is not taken in.
    assert_eq!((rebuilt.problems, rebuilt.adopted), (Vec::new(), 0));
    let again = SqliteRecords::open(&path).await.unwrap();
    assert_eq!(again.confirmations(&code(1)).await.unwrap(), confirmed);
    assert_eq!(again.doubtful_fields(&all()).await.unwrap(), home.records.doubtful_fields(&all()).await.unwrap());
}

#[tokio::test]
async fn rows_of_fields_that_lie_are_told() {
    let home = Home::new().await;
    home.say(None, "12").await.unwrap();
    assert_eq!(home.problems(None).await, []);
    for (lie, table) in [
        ("UPDATE field_confirmation SET person = 'another'", "field_confirmation"),
        ("DELETE FROM doubtful_field", "doubtful_field"),
    ] {
        assert!(home.lie(lie, 0).await, "{lie}");
        let told = home.verify(None).await.problems;
        assert!(told.iter().any(|p| format!("{p:?}").contains(table)), "{table}: {told:?}");
    }
}
