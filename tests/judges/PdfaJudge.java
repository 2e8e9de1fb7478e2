import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.RuleId;

/** Validates files against one PDF/A flavour with the veraPDF engine: {@code PdfaJudge FLAVOUR FILE...}. See {@code pdfa}. */
public final class PdfaJudge {
    private final PDFAFlavour flavour;

    private PdfaJudge(PDFAFlavour flavour) {
        this.flavour = flavour;
    }

    public static void main(String[] arguments) {
        PDFAFlavour flavour = PDFAFlavour.fromString(arguments[0]);
        if (flavour == PDFAFlavour.NO_FLAVOUR) {
            System.err.println("pdfa: no such flavour: " + arguments[0]);
            System.exit(2);
        }
        VeraGreenfieldFoundryProvider.initialise();
        PdfaJudge judge = new PdfaJudge(flavour);
        long failed = List.of(arguments).subList(1, arguments.length).stream().filter(path -> !judge.passes(path)).count();
        System.exit(failed == 0 ? 0 : 1);
    }

    /** Prints one line and tells whether the file conforms. A file that is no PDF fails like any other. */
    private boolean passes(String path) {
        String reason;
        try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(path), flavour);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
            ValidationResult result = validator.validate(parser);
            if (result.isCompliant()) {
                System.out.println("PASS " + path);
                return true;
            }
            reason = rules(result.getFailedChecks());
        } catch (Exception | StackOverflowError e) {
            reason = "unreadable: " + e.getMessage();
        }
        System.out.println("FAIL " + path + ": " + reason);
        return false;
    }

    /** {@code 6.2.11.4.1-1 (3×)}: clause of ISO 19005, test number, how often. */
    private static String rules(Map<RuleId, Integer> failed) {
        return failed.entrySet().stream()
                .map(e -> e.getKey().getClause() + "-" + e.getKey().getTestNumber() + " (" + e.getValue() + "×)")
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
