"""The errors that the package raises.

KgError
├── ReadError        a file cannot be read as a document; says which file and why
├── StoreError       a store cannot be opened, written or understood
├── QueryError       a query is wrong or asks what is refused
├── QuestionError    a question in Chinese is not understood, or may mean several things
├── NotFoundError    nothing in the store has this name
├── EndpointError    a server cannot be reached, or does not take what is sent to it
├── ClusterError     parts cannot be written or read, or an engine cannot be reached
├── CorrectionError  a correction cannot be used; says which line and why
└── VocabularyError  ontology/ or kg/data/ holds something that cannot be used
"""


class KgError(Exception):
    """Something a user can put right; its text is one line: place, problem, what to do."""


class ReadError(KgError):
    """A file cannot be read as a document."""


class StoreError(KgError):
    """A store cannot be opened, written or understood."""


class QueryError(KgError):
    """A query is wrong, or asks for something that is refused."""


class QuestionError(KgError):
    """A question in Chinese is not understood, or may mean several things."""


class NotFoundError(KgError):
    """Nothing in the store has this name."""


class EndpointError(KgError):
    """A server cannot be reached, or does not take what is sent to it."""


class ClusterError(KgError):
    """Parts cannot be written or read, or an engine cannot be reached."""


class CorrectionError(KgError):
    """A correction, or the file of them, cannot be used."""


class VocabularyError(KgError):
    """The ontology or a data file holds something that cannot be used."""
