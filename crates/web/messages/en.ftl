# The words of the screens. Every key is in both files, with the same arguments; a test looks after that.

app-name = Dossier digitization
skip-to-content = Skip to content
open = Open
find = Find
cancel = Cancel
close = Close
to-home = To the home page
sign-out = Sign out

## Navigation
nav-main = Screens
nav-counter = Counter
nav-counter-about = Open a dossier, scan papers, see what is missing, hand over.
nav-review = Exceptions
nav-review-about = Files that a person has to decide about, one at a time.
nav-fields = Data check
nav-fields-about = Confirm the fields that are in doubt.
nav-batches = Backlog
nav-batches-about = Batches: progress, pause, run again, samples.
nav-audit = Audit
nav-audit-about = Coverage, reconciliation, fixity, history, certificate.
nav-dossiers = Dossiers
nav-dossiers-about = The list of dossiers; what is there and what is missing.
nav-search = Search
nav-search-about = By code, applicant, number and symbol, issuer, and full text.
nav-users = Users
nav-users-about = Who may sign in, as what, for which agency.

## Keys
keys-show = Keyboard shortcuts
keys-title = Keyboard shortcuts of this screen
keys-hint = They do nothing while you type in a field. Keys with a space between are pressed one after the other.

## Sign-in
sign-in = Sign in
sign-in-lead = With the name and password that your administrator gave you.
sign-in-wrong = Name or password is wrong.
sign-in-wait =
    Wrong too often. Wait { $seconds ->
        [one] one second
       *[other] { $seconds } seconds
    }, then try again.
user-name = User name
user-name-hint = Lower-case letters without accents, digits, point, hyphen, underscore; 2 to 40 characters.
user-name-wrong = A name is made of a–z, 0–9, point, hyphen and underscore, 2 to 40 characters.
user-name-taken = There is a user of this name already.
password = Password
password-new = New password
password-again = The password again
password-hint = At least 10 characters. A long sentence is better than odd signs.
password-short = A password has at least { $fewest } characters.
password-unusable = This password cannot be used; choose another, shorter one.
password-differs = The two are not the same.
password-set = Set the password
password-set-lead = Set the password of the user { $name }, then sign in with it.
first-admin = First administrator
first-admin-lead = There are no users yet. Choose name and password of the first administrator; this link works once.
first-admin-make = Make the administrator

## Home
home-title = Home
home-hello = Hello, { $name }
home-screens = Your screens
find-dossier = Dossier code
find-dossier-hint = Type the code or scan the barcode of the receipt; type how it begins to search.
open-at-counters = Open at counters
open-since = { $counter }, since { $since }
ledger-title = Conservation ledger of files
file-seen = Received
file-pending = In work
file-attached = On a dossier
file-review = In review
file-rejected = Rejected
file-duplicate = Duplicate

## Lists
list-pages = Parts of the list
list-first = To the beginning
list-next = Next page
dossiers-none = No dossiers yet
dossiers-none-help = Dossiers appear here when a register is imported.
dossiers-not-found = No dossier has a code that begins with { $code }
dossiers-not-found-help = Check the code. Dossiers of other agencies do not appear here.

## Dossier
dossier = Dossier
dossier-code = Dossier code
dossier-applicant = Applicant
dossier-status = State
dossier-procedure = Procedure
dossier-agency = Agency
dossier-counter = Counter
dossier-channel = Channel
dossier-received = Received
dossier-due = Due
dossier-finished = Finished
dossier-returned = Returned
dossier-not-in-register = Not in the register yet. Its papers wait for the next import and do not count as digitized.
status-filed = Newly filed
status-received = Received
status-refused = Refused
status-in-process = In process
status-supplement = Supplement asked for
status-payment = Payment asked for
status-withdrawn = Withdrawn
status-stopped = Stopped
status-done = Done
status-returned = Result returned
channel-counter = At the counter
channel-online = Online
channel-post = Public post
checklist = Components
checklist-none = The register lists no components
checklist-none-help = So nobody can say what is missing.
checklist-missing =
    { $count ->
        [one] One component is missing
       *[other] { $count } components are missing
    }
checklist-complete = Everything that is due is digitized
checklist-progress = { $done } of { $due } components digitized
component-attached = There
component-missing = Missing
component-exempt = Exempt
component-awaiting = Awaiting register
component-in-review = To be looked at
component-not-due = Not required
component-result = result
component-reused = A paper that was digitized for another dossier stands for it.
component-documents =
    { $count ->
        [one] One document
       *[other] { $count } documents
    }
documents = Digitized documents
documents-none = No documents yet
documents-none-help = Documents appear here seconds after they are scanned.
document-unassigned = Component not known
document-attached = On the dossier
document-awaiting = Awaiting register
document-incomplete = Not all pages could be read
document-removed = Taken off
page-count =
    { $count ->
        [one] One page
       *[other] { $count } pages
    }
page-number = Page { $number }
pages-more =
    { $count ->
        [one] and one more page
       *[other] and { $count } more pages
    }
files-pending =
    { $count ->
        [one] One file is in work
       *[other] { $count } files are in work
    }
files-review =
    { $count ->
        [one] One file of this dossier waits for a person
       *[other] { $count } files of this dossier wait for a person
    }

## Viewer
viewer-pages = Pages
viewer-about = About this document
viewer-has-hit = with a hit
viewer-place = Page { $page } of { $count }
viewer-go = Go to page
viewer-dossier = To the dossier
viewer-files = Download
viewer-files-hint = Each download is put on record in the history of the dossier.
viewer-versions = Earlier versions
viewer-version = Version { $number }
viewer-hits = Marked: “{ $query }”.
viewer-hit-count = Words on this page: { $marks }; pages with hits: { $pages }.
viewer-no-hits = “{ $query }” was not found in this document.
viewer-next-hit = Next page with a hit
viewer-no-words = The machine could read no words on this page.
file-kind-pdf = Searchable PDF/A
file-kind-original = Original scan
file-kind-text = Plain text (TXT)
file-kind-alto = ALTO (XML)
zoom-in = Larger
zoom-out = Smaller
zoom-width = Fit width
zoom-page = Whole page
zoom-real = Size of the paper

## Search
search-field = Find dossiers and papers
search-hint = Dossier code, name of the applicant, number and symbol (15/QĐ-UBND), issuer, or words of a paper; with or without accents.
search-kind = Kind of paper
search-component = Component
search-result = Result
search-register = Register
search-registered = In the register
search-unregistered = Not in the register yet
search-from = Received from
search-to = Received until
search-wrong-day = Write days like 31/12/2025.
search-begin = Search all digitized papers
search-begin-help = A whole code and Enter open the dossier itself.
search-nothing = “{ $query }” was not found
search-nothing-help = Try fewer words, or fewer filters. Dossiers of other agencies are not shown here.
search-count = { $count } papers
search-more-dossiers = There are many more dossiers. Type more, or filter by day.
search-other-accents = other accents
search-impersonal = Codes, names of files and numbers were searched. Names of people and texts are masked for auditors.
search-unmask = Search names and texts too
search-unmask-text = A search by names of people and in the texts of papers goes on record, with its reason.

## Warnings
warning-resolution = { $found } dpi, at least { $asked } dpi are asked
warning-resolution-unstated = The file does not state its resolution
warning-not-in-colour = Not scanned in colour
warning-page-count = { $found } pages can be seen, the paper has { $asked } sides
warning-page-missing = By the printed numbers a page is missing before it
warning-page-order = By the printed numbers it lies in the wrong order
warning-pdf-version = PDF version { $found }, at least { $asked } is asked
warning-name = Not named by dossier code and ordinal
warning-on-page = Page { $page }
warning-on-pages = Page { $page } and { $more } more
warning-same-paper = This paper is on another dossier too
warning-same-paper-here = The same as document { $code } of this dossier

## Counter
counter-scan = Open a dossier
counter-scan-hint = Scan the barcode of the receipt or the QR code of a cover sheet; or type the code and press Enter.
counter-no-code = This is no dossier code. Scan it again, or type it as it stands on the receipt.
counter-unknown = The register of your agency has no dossier with this code. Check the code, or import a newer register.
counter-choose-first = Choose your counter first, then scan the code again.
counter-desk = Your counter
counter-desk-hint = Papers scanned into the folder of this counter belong to the dossier that is open there. This computer remembers the counter.
counter-choose = Choose a counter
counter-sit = Sit here
counter-no-desk = No scan folder in the settings has the name of a counter. Dossiers can be opened and files sent from this computer all the same.
counter-open-here = Open here
counter-since = since { $since }
counter-close = Close the dossier
counter-elsewhere = Open at other counters
counter-due-results = Results not yet digitized
counter-due-since = finished { $since }
counter-due-more = There are more dossiers whose result was not scanned; these were received first.
counter-is-open = Open at { $counter }: papers scanned now belong to this dossier.
counter-not-open = Not open at { $counter }: papers scanned now do not come here.
counter-open-it = Open at the counter
counter-files = Received papers
counter-files-none = No papers yet
counter-files-none-help = Scan into the folder of the counter, or drop files on this page. Each file shows as soon as it is scanned.
upload = Send files…
upload-hint = or drop files anywhere on this page
upload-sending = Sending
upload-done = received
upload-failed = It could not be sent. Check the network and send this file again.
cover-sheets = Cover sheets (PDF)

## States of files at the counter
file-received = Received
file-reading = Being read
file-in-review = Look again
file-elsewhere = Perhaps the wrong dossier: the code on the paper is that of another one, on which this file hangs now.
file-partly-elsewhere = A part of this file belongs to another dossier.
file-repeats = The same as a file that came before; nothing to do.
reason-no-dossier = It is not clear which dossier it belongs to. Press a page and choose the dossier.
reason-conflict = Perhaps the wrong dossier: the code on the paper is not that of the open dossier. Look at the paper, then choose the right one.
reason-unknown = The register does not have the code on the paper. Check the code and choose the dossier.
reason-sheet-unread = The cover sheet before it cannot be read. Choose the dossier of these pages.
reason-doubtful-split = Another document may begin within it. Look at the pages, then split them or leave them.
reason-only-separators = There are only cover sheets and no papers. Scan the whole stack again.
reason-page-failed = A page cannot be read. Scan that page again.
reason-exhausted = It was tried several times in vain. Try again, or scan it again.
reason-by-person = Given up by a clerk; the received file is kept.
reason-unreadable = This file cannot be opened. Scan it again.

## Quality of pages
quality-failed = This page cannot be read: scan it again
quality-blank = perhaps blank
quality-blurred = blurred: better scan it again
quality-dark = too dark: better scan it again
quality-coarse = only { $dpi } dpi: scan with 200 dpi or more
quality-askew = askew by { $degrees }°: better lay it straight
quality-hard-to-read = hard to read: better look at the scan

## Looking at pages and mending them
paper-look = Look at a page
paper-page = Page { $page }
paper-pages = Pages { $first } to { $last }
paper-place = page { $place }/{ $count }
paper-before = Page before
paper-after = Next page
paper-pending = This file is being read. Wait a few seconds and look again.
paper-this-page = This page
paper-turn-left = Turn left
paper-turn-right = Turn right
paper-blank = It is blank
paper-written = It is not blank
paper-earlier = Move forward
paper-later = Move back
paper-split = A new document from here
paper-merge = Join to the document before
paper-this-document = This document
paper-component = Component
paper-dossier = Of dossier
paper-assign = Attach
paper-no-paper = Not used
paper-reason-hint = For example: scanned by mistake, scanned again. The received file is kept and can be taken back.
paper-reject = Give this file up
paper-rejected = This file was given up; the received file is kept.
paper-retry = Read again
paper-undo = Take the last step back

## Hand over
hand-over = Hand over
hand-over-ready = The papers are complete. Handing over closes this dossier at the counter.
hand-over-lacks = Not complete yet:
hand-over-reason = Reason for handing over all the same
hand-over-refused = Not handed over: scan what is missing, or give a reason.
hand-over-done = Dossier { $code } is handed over.

## Personal data
unmask = Show name
unmask-title = Show personal data
unmask-text = Applicants' names are masked for auditors. That you look, and why, goes into the history of the dossier.
unmask-reason = Reason
unmask-hint = One clause, without personal data.

## Users
user-role = Role
user-role-wrong = Choose a role.
user-agency = Agency
user-agency-hint = As the register writes it. Empty: sees the dossiers of all agencies.
user-agency-wrong = The agency's name is longer than 200 characters or holds odd ones.
user-state = State
user-actions = Actions
user-on = In use
user-off = Switched off
user-no-password = No password yet
user-oneself = that is you
user-add = Add a user
user-enable = Switch on
user-disable = Switch off
user-disable-title = Switch off { $name }?
user-disable-text = The user is signed out at once and cannot sign in until switched on again.
user-new-link = New link
user-link = Send this link to { $name } to set a password. It works once, for { $hours } hours, and is not shown again.
user-link-label = Link to set the password
agency-all = All agencies
role-counter = Counter clerk
role-archivist = Archivist
role-auditor = Auditor
role-admin = Administrator

## Errors
error-not-found = Not found
error-not-found-help = There is no such page, or it is not for you to see. Check the code or the address.
error-sign-in = Sign-in needed
error-sign-in-help = Sign in, then try again.
error-not-ours = The request was not taken
error-not-ours-help = The page is old or the session has changed. Go back, load the page anew and try again.
error-scope = The token is not meant for this
error-scope-help = Use a token with the right scope.
error-invalid = The request is not valid
error-invalid-help = What was sent is not right. Go back and correct it.
error-too-large = Too much was sent
error-too-large-help = Send less at a time.
error-too-many = Too many requests
error-too-many-help =
    Wait { $seconds ->
        [one] one second
       *[other] { $seconds } seconds
    }, then try again.
error-conflict = It cannot be done as things stand
error-conflict-help = Something has changed, or no administrator would be left. Load the page anew and look again.
error-unavailable = The system is busy
error-unavailable-help = Nothing is lost. Try again in a few minutes.
error-defect = Something is wrong in the system
error-defect-help = It was put on record. If it happens again, tell your administrator the number of the request.
error-request = Number of the request: { $id }

## Exceptions
filter = Filter
filter-none = No filter
page-word = Page
page-before = Page before
page-after = Next page
review-start = Begin
review-start-count = Decide { $count }
review-none = Nothing waits for a decision
review-none-help = Files about which the program cannot decide by itself appear here.
review-filtered = Nothing of this kind
review-filtered-help = Drop some of the filter.
review-more = and { $count } more, which come up one after the other.
review-any = All
review-file = File
review-code = Reason
review-batch = Batch
review-accepted = Received
review-progress = Item { $position } / { $total }
review-from = batch { $batch }, received { $accepted }
review-part = document on pages { $first } to { $last }
review-boundaries = Where does a new document begin?
review-page-shown = The page shown
review-split = Split at the marked pages
review-merge = Goes on with the document before
review-dossiers = To which dossier does it belong?
review-no-evidence = Neither the paper nor the file's name points to a dossier.
review-not-in-register = not in the register yet
review-foreign = of another agency
review-for = For it
review-against = Against it
review-component = Which component is it? (optional)
review-other = Another dossier code
review-other-hint = Type the beginning of the code or the applicant's full name, or scan the barcode on the receipt.
review-key-choice = Choose dossier { $number }
review-assign = Put on the dossier
review-reject = Reject
review-reject-title = Reject this file?
review-reject-text = The file goes on no dossier. Its bytes are kept, and this can be undone.
review-reason = Reason
review-reason-hint = One sentence without personal data.
review-reason-no-paper = No paper of a dossier
review-reason-rescan = Scanned again more clearly
review-reason-not-ours = Not of this agency
review-retry = Process again
review-next = Next
review-undo = Undo
review-undo-last = Undo the last decision about this file
review-to-queue = Back to the list
review-history = History of the file
review-not-waiting = This file no longer waits for a decision.
review-all-done = All done
review-all-done-help = Nothing more waits under this filter.
review-no-choice = Choose a dossier (number key) or type a code (key /).
review-typed-none = This dossier was not found. Check the code.
review-typed-many = Several dossiers are like that. Type more, or choose from the list.
review-no-page = Mark at least one page, from page 2 on.
review-no-reason = Give a reason, at most 200 characters.
review-assigned = File { $file } is put on dossier { $dossier }.
review-split-done = File { $file } is split and processed again.
review-merge-done = File { $file } is joined and processed again.
review-rejected = File { $file } is rejected.
review-edit-done = Pages of file { $file } were put right.
review-retried = File { $file } is processed again.
review-undone = The decision about file { $file } is undone.
review-changed = This file changed while you looked at it. Look again, then decide.
review-changed-by = { $who } decided about this file at { $at }. Your decision was not recorded; look again.
review-no-dossier = Dossier not clear
review-dossier-conflict = Dossiers contradict each other
review-dossier-unknown = Dossier not in the register
review-sheet-unread = Cover sheet unreadable
review-doubtful-split = Not clear where to split
review-only-separators = Separator sheets only
review-page-failed = A page cannot be read
review-attempts-exhausted = Processing failed repeatedly
review-was-undone = Decision undone
review-unusable = Unusable file
todo-name-dossier = Choose the dossier to which this paper belongs.
todo-say-boundaries = Say whether another document begins on this page.
todo-scan-papers = There is nothing between the separator sheets. Scan the papers behind them, or reject the file.
todo-look-at-page = Look at the page. Scan the paper again, or let it be processed again.
todo-mend = Mend what the history of the file names, then let it be processed again.
todo-scan-again = Scan the paper again, or reject the file.
todo-nothing = Nothing to do.
evidence-person = A user named it
evidence-sheet = QR code of the cover sheet
evidence-session = Dossier open at the counter while scanning
evidence-folder-name = Folder name
evidence-file-name = File name
evidence-sticker = Barcode sticker on the paper
evidence-system-code = QR code of a paper that a system issued
evidence-text = Dossier code printed on the paper
evidence-doubtful-text = Dossier code read with doubt
evidence-applicant = Same applicant's name
evidence-on-page = { $what } (page { $page })
evidence-says = { $what } points to dossier { $dossier }
cue-letterhead = national title at its top
cue-title = a title of its own
cue-numbering = page numbers start again
cue-paper-size = another paper size
cue-blank-before = the page before is blank
cue-other-dossier = the code of another dossier
cue-unread-sheet = perhaps a separator that cannot be read

## Extraction check
fields-progress = { $done } confirmed, { $left } left
fields-progress-many = { $done } confirmed, more than { $left } left
fields-none = No field waits for a check
fields-none-help = Fields that were read with doubt appear here.
fields-skipped = All seen; { $count } were skipped
fields-skipped-help = You can go through them again at any time.
field-value = What the paper says
field-confidence = Read with a confidence of { $percent } %
field-read = read as “{ $value }”
field-confirmed-by = confirmed by { $who } at { $at }
field-confirm = Confirm
field-skip = Skip
field-again = From the beginning
field-absent = Not on the paper
field-undo = Take the confirmation back
field-undone = Undone. This field waits for a check again.
field-confirmed = { $name }: confirmed as read.
field-corrected = { $name }: confirmed with a correction.
field-empty = Type the value. If the paper has none, choose “Not on the paper”.
field-long = The value is too long or has strange characters.
field-changed = Somebody else has just confirmed this field. Look again.
field-no-place = It is not known where on the page this field stands.
field-close = The part of the page with the field { $name }, enlarged
field-page-marked = Page { $page } with the field { $name } in a frame
field-keys = Enter confirms, Ctrl+Enter skips, Ctrl+Z undoes; Esc leaves the field for the other keys.
field-checked = Confirmed by a person
field-read-by-machine = Read surely
field-waits = Waits for a check
fields-of-document = Extracted data ({ $count })
field-document-type = Type
field-number = Number
field-number-year = Year in the number
field-symbol = Symbol
field-date = Date of issue
field-issuer = Issuer
field-parent-body = Body above the issuer
field-subject = Subject
field-signer-name = Signer
field-signer-title = Title of the signer
field-seal = Red seal
field-page-count = Pages
field-language = Language
field-person-name = Name
field-person-id = Personal id
field-birth-date = Date of birth
field-sex = Sex
field-address = Address
field-phone = Phone number
field-land-plot = Land plot
field-map-sheet = Map sheet
issue-doubtful = Part of it was read with doubt.
issue-filled-in = It seems to have been filled in after printing.
issue-not-a-date = There is no such day.
issue-in-the-future = The day is later than the scan.
issue-not-padded = A leading zero is missing; a digit may be lost.
issue-number-grammar = A number has digits only.
issue-symbol-grammar = A symbol is an abbreviation of the type, a hyphen, and one of the issuer.
issue-symbol-against-type = The symbol says another type than the title.
issue-type-spelling = The type is not spelt as it must be.
issue-id-length = A personal id has 12 digits, an old one 9.
issue-id-place = The first three digits are no place.
issue-id-against-birth = The id contradicts the date of birth or the sex.
issue-phone-grammar = No telephone number of the national plan.
issue-pattern = It does not have the form that its rule asks for.
issue-contradicted = It stands on the paper twice with different values.
