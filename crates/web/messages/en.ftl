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
nav-certificates = Certificates
nav-certificates-about = Make, download and check certificates of coverage.
nav-dossiers = Dossiers
nav-dossiers-about = The list of dossiers; what is there and what is missing.
nav-search = Search
nav-search-about = By code, applicant, number and symbol, issuer, and full text.
nav-users = Users
nav-users-about = Who may sign in, as what, for which agency.
nav-webhooks = Webhooks
nav-webhooks-about = Which systems are told when a paper is attached or a dossier complete; what they did not take.

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
warning-numbers-missing = Page { $pages } may be missing (by the printed page numbers)
on-pages = Pages { $pages }
on-pages-more = Pages { $pages } and { $more } more
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
quality-cut-top = writing is cut off at the upper edge: lay it anew and scan it again
quality-cut-right = writing is cut off at the right edge: lay it anew and scan it again
quality-cut-bottom = writing is cut off at the lower edge: lay it anew and scan it again
quality-cut-left = writing is cut off at the left edge: lay it anew and scan it again
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
paper-pending = This file is being read. What can be done with its page appears here as soon as it is.
paper-this-page = This page
paper-turn-left = Turn left
paper-turn-right = Turn right
paper-blank = It is blank
paper-written = It is not blank
paper-earlier = Move forward
paper-later = Move back
paper-split = A new document from here
paper-merge = Join to the document before
paper-replace-by = Replace this page by one scanned again
paper-replace = Replace the page
paper-replace-hint = To replace this page, scan it again into the dossier, then open this page again.
paper-replaced = This page comes from a file that was scanned again; the earlier scan is kept.
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

## Webhooks
webhooks-title = Systems that are told
webhooks-lead = When a paper is attached to a dossier, or a dossier is complete, sohoa sends a signed message (webhook) to these addresses. Messages carry codes, never anything about people.
webhooks-none = No system is told yet
webhooks-none-help = Add the address of the portal or of another system below.
webhook-add = Add a receiver
webhook-made = { $address } was added. This is the key to check signatures with; give it to the receiver, it is not shown again.
webhook-secret = Key to check signatures
webhook-removed = The receiver was removed with its messages.
webhook-address = Address
webhook-address-hint = Begins with https:// or http://. Messages are sent from this server, also to addresses inside the network.
webhook-address-wrong = An address begins with https:// or http:// and has at most 500 characters.
webhook-agency-hint = Only of dossiers of this agency, as the register writes it. Empty: of all.
webhook-topics = Told when
webhook-topics-wrong = Choose at least one.
topic-document-attached = A paper is attached to a dossier
topic-dossier-complete = A dossier is complete
webhook-on = In use
webhook-paused = Paused
webhook-messages = Messages
webhook-dead = { $count } given up
webhook-waiting = { $count } waiting
webhook-all-taken = None waiting
webhook-added = Added
webhook-pause = Pause
webhook-resume = Resume
webhook-remove = Remove
webhook-pause-title = Pause this receiver?
webhook-pause-text = Nothing is sent to this address until it goes on. New messages are kept and sent then.
webhook-remove-title = Remove this receiver?
webhook-remove-text = It is told nothing more, and messages that it has not taken are dropped. This cannot be undone.
messages-dead = Given up
messages-waiting = Waiting
messages-delivered = Taken
messages-none = No messages
messages-none-help = Messages that were taken are kept for seven days. One that is not taken is sent ten times within about a day, then given up until somebody has it sent again.
messages-resend-all = Send all again
messages-resend-count = { $count ->
        [one] Send the message again
       *[other] Send all { $count } again
    }
messages-resent = { $count ->
        [one] One message is
       *[other] { $count } messages are
    } sent again.
message-number = Number
message-next = Sent next
message-taken = Taken
message-last = Sent last
message-about = About
message-attempts = Attempts
message-error = Last error
message-answered = The receiver answered { $status }
message-resend = Send again
message-resend-number = Send message { $number } again

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
error-changed = It has changed
error-changed-help = Somebody else was faster. Read it again, then decide again.
error-if-match-help = Send If-Match with the ETag of what was read last.
error-key-reused-help = This Idempotency-Key was used with something else. Use a new one.
error-refused = What was sent was not taken
error-refused-help = The code and the list of errors say what is wrong. Correct it and send it again; nothing was changed.
error-lacking-help = The dossier lacks something. Add it, or give a reason.
error-wrong-offset-help = Ask for the current Upload-Offset and go on from there.
error-upload-gone-help = There is no such upload any more. Begin a new one.
error-uploads-full-help = Too many uploads are unfinished. Finish or end some of them, then try again.
error-unavailable = The system is busy
error-unavailable-help = Nothing is lost. Try again in a few minutes.
error-defect = Something is wrong in the system
error-defect-help = It was put on record. If it happens again, tell your administrator the number of the request.
error-request = Number of the request: { $id }

## Audit: its screens, periods
audit-screens = Parts of the audit
audit-coverage = Coverage
audit-reconciliation = Reconciliation
audit-report = Period report
audit-fixity = Fixity
audit-samples = Paper samples
at = At
who = Who
since = Since
export = Download:
filter-any = All
left-out = and { $count } more rows; the downloaded file has all.
period-usual = Usual periods
period-this-month = This month
period-last-month = Last month
period-this-quarter = This quarter
period-this-year = This year
period-all = All time
period-first = From
period-last = To
period-from = From { $from }
period-to = Until { $to }
period-from-to = { $from } – { $to }
period-wrong = Write the day like 31/12/2025.
period-backwards = The last day is before the first one.
period-needed = A day is needed, like 31/12/2025.
procedure-wrong = This is no code of a procedure.
stated-period = Received
stated-scope = Scope
stated-time = Time of the data
scope-said = dossiers received in the period, without refused (3) and withdrawn (7) ones
data-time = register last imported { $register }; last event { $event }
data-time-never = never
by-agency = Agency
by-counter = Counter
by-day = Day of reception
by-month = Month of reception
by-quarter = Quarter of reception
by-procedure = Procedure
by-channel = Channel
by-none = No strata
group-unsaid = (not in the register)
group-quarter = Q{ $quarter }/{ $year }

## Audit: coverage
coverage-title = Coverage of received dossiers
coverage-by = Group by
coverage-none = No dossier in this scope
coverage-none-help = Choose another period, or fewer filters.
coverage-definitions = The two definitions
definition-full = Fully digitized
definition-full-said = Every component and result that is due is attached.
definition-any = Digitized by index 4.2 (Decision 766/QĐ-TTg)
definition-any-said = At least one component is attached and, where a result is due, a result.
definition-count = { $count } of { $of } dossiers
definition-lacking = not yet: { $count }
coverage-figures = Details
coverage-received = Dossiers received
coverage-papers = Due papers attached
coverage-results = Due results attached
coverage-exempt = Papers exempt with a reason
coverage-late = Dossiers digitized later than { $hours } hours
coverage-excluded = Dossiers out of scope
coverage-orphans = Dossiers not in the register
coverage-orphans-note = of all time
coverage-groups = By: { $by }
coverage-chart-full = Fully digitized, by { $by }
coverage-chart-any = Digitized by index 4.2, by { $by }
coverage-chart-help = Each bar is the number of digitized dossiers out of those received in a group. The table below has the same figures.
coverage-bars-left-out = The chart shows the groups that lack most; { $count } others are in the table only.
coverage-closer = by counter
coverage-total = Sum
column-full = Full
column-any = Index 4.2
column-missing = Missing
column-exempt = Exempt papers
ratios-title = The ratios of the index of Decision 766/QĐ-TTg
ratio = Ratio
ratio-count = Dossiers
ratio-of = Out of
ratio-results = Electronic results
ratio-results-said = done dossiers with a digitized result, out of done dossiers (9, 10) that need one
ratio-digitized = Digitized dossiers
ratio-digitized-said = dossiers digitized by index 4.2, out of those received in scope
ratio-reused = Reuse
ratio-reused-said = dossiers with a paper reused from another one, out of those received in scope
ratio-shared = Sharing
ratio-shared-said = digitized dossiers handed over to another system, out of those digitized by index 4.2

## Audit: the dossiers behind a figure
list-others = Other lists of the same scope
list-received = Dossiers received
list-missing = Dossiers lacking papers
list-result-missing = Dossiers lacking a result
list-full = Dossiers that are full
list-any = Dossiers meeting index 4.2
list-not-any = Dossiers not meeting index 4.2
list-late = Dossiers digitized late
list-exempt = Dossiers with exempt papers
list-done-with-result = Done, with a digitized result
list-reused = Dossiers reusing a paper
list-handed-over = Dossiers handed over
list-excluded = Dossiers out of scope
list-none = No dossier
list-none-help = There is no such dossier in this scope.
list-there = Attached
list-papers = Missing, exempt
list-complete = Complete
late-by = late by { $days } d { $hours } h
missing-since = since { $since }
missing-file = file { $file }
missing-incomplete = A page failed
missing-awaiting = Scanned, awaits the register
missing-in-review = Scanned, waits for a person
missing-pending = Scanned, waits its turn
missing-unassigned = A paper without component
missing-rejected = The scan was rejected
missing-not-scanned = Not scanned

## Audit: reconciliation
reconciliation-title = Papers against the register
missing-note = in the register, not scanned
results-missing = Missing results
result-note = due, not there
late-note = counted from reception
excluded-note = refused, withdrawn
orphans-title = Scanned, not in the register
orphans-help = The papers await the next register and count in no figure.
orphans-none = There is none
orphans-none-help = All attached scans belong to dossiers of the register.
exempt-title = Exempt, by reason
exempt-help = Every exempt paper needs a reason in the register.
exempt-none = No paper is exempt
exempt-none-help = In this period every required paper is due.
exempt-reason = Reason
exempt-papers = Papers
ledger-help = Every file ever received stands in exactly one state; of all time.
sum-closes = Closes
sum-open = Does not close

## Audit: report of a period
report-title = Report of reception and handling
report-scope = all dossiers of the register received until the end and not done before the beginning; each stands in exactly one line
report-closes = All sums close.
report-open = A sum does not close: see the remainder below.
report-identities = Sums that have to close
report-identity = Sum
report-whole = Whole
report-parts = Its parts
report-remainder = Remainder
report-identity-handled = handled = resolved + in process + waiting + returned or withdrawn + stopped
report-identity-new = newly received = in scope + out of scope of digitization
report-table = Reception and handling
report-line = Line
report-dossiers = Dossiers
report-handled = Handled
report-new = Newly received
report-carried = Carried over
report-resolved = Resolved
report-on-time = On time or before
report-late = Late
report-in-process = In process, in time
report-overdue = In process, overdue
report-waiting = Waiting for a supplement
report-returned = Returned, withdrawn
report-stopped = Stopped
report-unaccounted = State unknown
report-online = Filed online, of those newly received
report-online-short = Online
report-post = By public post
report-full = Fully digitized
report-any = Digitized by index 4.2
report-reused = With a reused paper
report-standings = Where they stood at the end
report-standings-help = Each bar is a part of all dossiers handled in the period. The table beside it has the same figures.
report-departments = Filed online, by agency
report-departments-help = Each bar is the number of dossiers filed online out of those newly received by an agency.
report-departments-table = Table of online filing by agency
report-audits = Comparison with paper
unaccounted-no-state = the register says no state
unaccounted-done = done, but the register says no day
unaccounted-left = returned, withdrawn or stopped, but the register says no day
unaccounted-before = finished before it was received, says the register
unaccounted-open = has a day of finishing but is in process

## Audit: fixity
fixity-title = Fixity of the store
fixity-lead = Every stored file is hashed again and compared with the digest taken when it came in; packages, records and the chain of events are compared with each other.
fixity-last = Last verification of everything: { $at }; { $said }.
fixity-never = No verification of everything is on record. The server verifies by the schedule of the settings.
fixity-failing =
    { $count ->
        [one] One dossier
       *[other] { $count } dossiers
    } had problems when last verified.
fixity-sealed = The history has { $events } events; sealed outside the database up to event { $sealed }.
fixity-checks = Verifications of everything
fixity-checks-none = None yet
fixity-checks-none-help = The command sohoa verify looks at once but leaves nothing in the history; the server does.
fixity-dossiers = Dossiers verified by themselves or with problems
fixity-dossiers-none = None yet
fixity-dossiers-none-help = A dossier can be verified on the page of its history.
fixity-found = Found
fixity-right = In order
fixity-wrong = Problems
fixity-said = { $checked } things checked, problems: { $problems }
fixity-of-all = with everything
fixity-of-dossier = this dossier alone
fixity-since = What came in since was not verified
fixity-dossier-never = This dossier was never verified.
fixity-verify = Verify now
problem-mismatch = other bytes than the digest says
problem-missing = a file is gone
problem-extra = a foreign file
problem-unreadable = unreadable
problem-package = damaged package
problem-row-alone = recorded, not stored
problem-bytes-alone = stored, not recorded
problem-history = changed history
problem-records = records contradict

## History of a dossier
history-title = History
history-none = No events yet
history-none-help = Whatever is done with the dossier's papers shows here, with who and when.
agent-program = The system
event-failed = failed
event-file = file { $file }
event-sample = sample { $sample }
event-field = { $name }, page { $page }
event-field-taken-back = { $name } no longer confirmed, page { $page }
event-reused-for = for component { $component }
event-reused-no-more = no longer for component { $component }
event-handed-over =
    { $count ->
        [one] one document
       *[other] { $count } documents
    }, as { $form }
event-accepted = Scan received
event-rejected = File rejected
event-duplicate = Repeated file
event-recognized = Text recognized
event-converted = PDF/A made
event-packaged = Written into the package
event-attached = Attached to the dossier
event-sent-to-review = Handed to a person
event-retried = Tried again
event-register-imported = Register imported
event-catalogue-imported = Catalogue of procedures imported
event-register-resolved = Found in the register
event-fixity-checked = Verified
event-decided = Decided by a person
event-undone = Decision undone
event-session-opened = Opened at a counter
event-session-closed = Closed at a counter
event-reused = Paper reused
event-handed-over-kind = Handed over to another system
event-certified = Certificate made
event-sampled = Sample drawn
event-compared = Compared with paper
event-signed-in = Signed in
event-signed-out = Signed out
event-sign-in-failed = Sign-in failed
event-user-changed = User changed
event-unmasked = Applicant's name shown
event-field-confirmed = Data confirmed
event-handed-on = Papers handed on
event-batch-paused = Batch paused
event-batch-resumed = Batch resumed
event-downloaded = Downloaded

## Certificates
certificates-title = Certificates of coverage
certificates-lead = A certificate states the figures of a period with digests of the register, of each dossier and of the whole history, and is signed. Everybody can check it without trusting this machine.
certificates-own = Certificates made here
certificates-none = None made yet
certificates-none-help = They are kept here; each continues all earlier ones.
certificate-make = Make a certificate
certificate-make-help = The whole history is read again; with a large store that takes minutes. That it was made is put on record.
certificate-made = The certificate of { $period } is made.
certificate-stamped = It has a time stamp.
certificate-not-stamped = It has no time stamp.
certificate-not-continued =
    { $count ->
        [one] The history does not continue an earlier certificate
       *[other] The history does not continue { $count } earlier certificates
    }: it was rewritten.
certificate-lost =
    { $count ->
        [one] One certificate that was made is
       *[other] { $count } certificates that were made are
    } not in the folder certificates any more.
certificate-nothing = The register has no dossier in this period.
certificate-download = Download
certificate-data-time = Time of the data
certificate-events = Events
certificate-key = Public key (sohoa.pub)
certificate-key-help = Whoever checks needs this key earlier and by another way.
certificate-check = Check a certificate
certificate-file = File of the certificate
certificate-against = An earlier one to compare (not needed)
certificate-against-help = Tells whether history since the earlier one was only added to, or changed.
certificate-against-own = or an earlier one made here
certificate-against-none = None
check-right = Right
check-wrong = Wrong
check-note = Note
check-unchecked = Not checked
check-all-right = Nothing wrong was found.
check-something-wrong = Something is wrong.
check-no-certificate = This file is no certificate.
check-signature = Signature of this store
check-figures = Sums and ratios of the certificate
check-time-stamp = Time stamp
check-time-stamp-authority = Authority of the time stamp
check-time-stamp-revocation = Whether the authority's certificate was revoked
check-snapshot = Register snapshot
check-proof = Single dossiers and their files
check-against = The earlier certificate
check-history = History continues the earlier one
check-changed = Figures of the same period changed
check-register-changed = The register of the same period changed
check-form = What the certificate says

## Paper samples
sample = Sample
samples-title = Digitized documents compared with paper
samples-lead = Documents are drawn at random; the auditor puts the paper beside the picture and records what is found. With the same seed and the same store everybody draws the same sample.
samples-none = No samples yet
samples-none-help = Draw the first one with the form below.
sample-draw = Draw a sample
sample-seed = Seed
sample-seed-hint = Something that those who are audited cannot know before, such as dice thrown in front of both.
sample-seed-wrong = A seed is needed, 100 characters at most.
sample-size = Size
sample-size-wrong = A number over 0; a percentage up to 100, with three decimals at most.
sample-too-large = A sample of more than { $most } documents is compared by nobody.
sample-unit = Unit
sample-unit-documents = documents
sample-by = Strata by
sample-by-hint = Each stratum has one document in the sample at least.
sample-name = Name
sample-name-hint = Empty: mau- and its number.
sample-name-wrong = The name is longer than 100 characters or has odd ones.
sample-name-taken = There is a sample of this name already.
sample-nothing = No document is attached in this period.
sample-drawn = Drawn
sample-drawn-by = drawn by { $agent } at { $at }
sample-compared = Compared
sample-of = out of { $documents } documents
sample-right = Right
sample-wrong = Wrong
sample-bound = Upper bound of the share of wrong ones
sample-bound-note = Clopper–Pearson, one-sided, 95 %
sample-progress = { $done } / { $all } documents compared
sample-go-on = Go on
sample-all-compared = All of this sample is compared.
sample-document = Document
sample-stratum = Stratum
sample-result = Result
sample-note = Note
sample-note-hint = No personal data. When typed press Esc, then the number of the result.
sample-waits = Not compared
sample-population = Digest of the list of all documents of the period
sample-list = Digest of the list of those drawn
sample-place = Document { $place } / { $all }
sample-pages = Pages
sample-question = Is the paper the same as this picture?
sample-before = Previous document
sample-after = Next document
verdict-match = Same as the paper
verdict-differs = Differs from the paper
verdict-missing-paper = The paper is not there
verdict-missing-page = A page is missing
verdict-unreadable = Unreadable

## API
explorer-title = API
explorer-hint = For whoever writes a program that connects. The descriptions come from
explorer-try = Try it
explorer-answers = Answers

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

## Backlog
a-number = { $n }
batch-number = Batch { $batch }
batch-kind = Source
batch-of-inbox = Scan folder
batch-of-backlog = Backlog
batch-opened = Opened
batches-none = There are no batches yet
batches-none-help = Each time a folder of the backlog is taken in that is a batch; a scan folder has one batch a day.
batch-start-folder = Take in a folder of the backlog
batch-start = Start a batch
batch-start-hint = The files stay in their folder. Files that came with an earlier batch are not taken again.
batch-taking = Taking in files
batch-to-take = Taking in files, { $count } left
batch-running = Processing
batch-paused = Paused
batch-paused-help = Files in work are finished; the others wait until it goes on.
batch-ended = Done
batch-ended-review = Done, some need a decision
batch-empty = No files yet
batch-empty-help = This batch has no files: the folder is empty, or all its files came with an earlier batch.
batch-pending = Waiting
batch-progress = Progress
batch-so-far = { $done } / { $all } files
batch-pages = { $count ->
    [one] { $count } page
   *[other] { $count } pages
}
batch-pages-word = Pages
batch-review = { $count } in review
batch-rejected = { $count } rejected
batch-in-work = Files in work
batch-pace-word = Pace
batch-pace = { $pages } pages/min
batch-pace-unknown = less than a minute seen
batch-left = Left
batch-left-unknown = too little was seen to tell
batch-left-soon = about a minute
batch-left-minutes = { $from }–{ $to } minutes
batch-left-hours = { $from }–{ $to } hours
batch-pause = Pause
batch-resume = Resume
batch-report = Report
batch-samples = Quality samples
batch-by-state = Files by state
batch-all-files = All files
batch-errors = Errors by kind
batch-errors-none = No file is in review or rejected.
batch-errors-first = First kind of error
batch-decide = Decide
batch-decide-all = Decide one after the other
batch-chart = Throughput over time: at most { $highest } pages/min, each bar { $minutes } min
batch-files = Files of the batch
batch-files-none = There is no such file
batch-files-count = { $count ->
    [one] { $count } file
   *[other] { $count } files
}
batch-state = State
batch-back = Back to the batch
batch-rerun = Process again
batch-rerun-count = { $count ->
    [one] Run { $count } file again
   *[other] Run { $count } files again
}
batch-rerun-done = { $count ->
    [one] { $count } file is in the queue again.
   *[other] { $count } files are in the queue again.
}
batch-rerun-undone = { $count ->
    [one] Taken back for { $count } file.
   *[other] Taken back for { $count } files.
}
refusal-unreadable = The file cannot be read
refusal-not-a-file = Not a regular file
refusal-empty = The file is empty
refusal-format = Unknown format
refusal-truncated = The file is cut short
refusal-encrypted = The file has a password
refusal-malformed = The file is damaged
refusal-no-pages = The file has no pages
refusal-too-large = The file is too large
refusal-unsupported = Such files are not supported yet
refusal-by-person = Rejected by a person

## Quality samples
sample-none = No sample was drawn yet
sample-none-help = Some documents of the batch are drawn at random and compared with their papers, which tells how good all of it is.
sample-from = { $count ->
    [one] It is drawn from { $count } document that hangs on a dossier.
   *[other] It is drawn from { $count } documents that hang on dossiers.
}
sample-count = Documents
sample-no-seed = A seed is needed, of 200 characters at most.
sample-no-count = The number of documents must be from 1 to 500.
sample-no-documents = No document of this batch hangs on a dossier yet.
sample-so-far = { $done } of { $all } documents compared
sample-item = Document { $position } of { $all }
sample-component = Component
sample-all-judged = All documents of this sample were compared.
sample-documents = Documents of the batch
batch-sample-list = Documents of the sample, seed “{ $seed }”

## Report of a batch
batch-report-title = Report of batch { $batch }
report-unfinished = This batch is not done yet: the figures below will change.
report-worked = Processed
report-pace = Mean pace
report-pace-of = { $pages } pages/min, in { $minutes } minutes of work
report-at = Figures as of
report-of-files = Files
report-of-pages = Pages
report-reasons = Why files are in review or rejected
report-item = Item
report-files = Files
report-pages = Pages
report-share = Share
report-code = Code
report-sum = Sum
report-received = Files received
report-pages-in = Pages received
report-kept = With content
report-separator = Separator sheets
report-blank = Blank
report-failed = Cannot be read
report-signer = PREPARED BY
report-head = HEAD OF THE AGENCY

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
