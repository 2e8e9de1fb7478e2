-- All words of a document stand in one column of the index, told apart by their first sign: `=` words as they are printed, `@` words of
-- ours, words without accents bare. A word that is searched for is then in the index for what it is or not at all: in columns, rows
-- that have it elsewhere were gone through to find that out. Documents are indexed anew, since none has the words of ours that it
-- should have now (crates/store/src/sqlite/search/scope.rs).
DROP TABLE fulltext;
CREATE VIRTUAL TABLE fulltext USING fts5 (
    words,
    content = '', contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0 tokenchars '=@'"
);
