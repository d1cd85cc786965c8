//! Defects planted in source, and killed in a run of their own.

use serde::Deserialize;

/// A defect in the source of production code, and the check that killed it when the table was made. The source cannot be
/// changed while a program runs, so the report shows it and does not run it again.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Recorded {
    /// Its name.
    pub id: String,
    /// What is wrong.
    pub what: String,
    /// The scope that kills it.
    pub scope: String,
    /// What bounds the scope.
    pub bounds: String,
    /// The property that falls.
    pub property: String,
    /// Steps of the shortest run that shows it.
    pub steps: usize,
}

impl Recorded {
    /// Reads a table of them, a list in JSON.
    ///
    /// ```
    /// use quorate::registry::Recorded;
    ///
    /// let table = r#"[{ "id": "late", "what": "answers late", "scope": "duel", "bounds": "3 replicas",
    ///                   "property": "refines", "steps": 6 }]"#;
    /// assert_eq!(Recorded::read(table).expect("a list")[0].steps, 6);
    /// ```
    ///
    /// # Errors
    /// If the text is no such list.
    pub fn read(json: &str) -> Result<Vec<Recorded>, serde_json::Error> {
        serde_json::from_str(json)
    }
}
