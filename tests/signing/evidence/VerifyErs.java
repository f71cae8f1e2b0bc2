// Bouncy Castle's verdict on evidence records: java -cp ... VerifyErs.java [record.er file tsas.pem]...
// One line for each: "accepted", or "refused: " and why. tsas.pem holds the certificates of the time-stamp authorities.

import java.io.FileReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.tsp.ArchiveTimeStamp;
import org.bouncycastle.asn1.tsp.ArchiveTimeStampChain;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.ers.ERSArchiveTimeStamp;
import org.bouncycastle.tsp.ers.ERSByteData;
import org.bouncycastle.tsp.ers.ERSEvidenceRecord;

public class VerifyErs {
    private static final Date FAR = new Date(Long.MAX_VALUE / 2);

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        DigestCalculatorProvider digests = new JcaDigestCalculatorProviderBuilder().build();
        for (int at = 0; at < arguments.length; at += 3) {
            try {
                verify(Path.of(arguments[at]), Path.of(arguments[at + 1]), arguments[at + 2], digests);
                System.out.println("accepted");
            } catch (Exception error) {
                System.out.println("refused: " + error.getMessage());
            }
        }
    }

    private static void verify(Path er, Path file, String tsas, DigestCalculatorProvider digests) throws Exception {
        ERSByteData data = new ERSByteData(Files.readAllBytes(file));
        // The constructor follows each chain from stamp to stamp; the data must be in the first chain and the newest.
        ERSEvidenceRecord record = new ERSEvidenceRecord(Files.readAllBytes(er), digests);
        record.validatePresent(data, FAR);
        ArchiveTimeStampChain[] chains =
            record.toASN1Structure().getArchiveTimeStampSequence().getArchiveTimeStampChains();
        new ERSArchiveTimeStamp(chains[0].getArchiveTimestamps()[0], digests).validatePresent(data, FAR);
        List<X509CertificateHolder> trusted = certificates(tsas);
        for (ArchiveTimeStampChain chain : chains) {
            for (ArchiveTimeStamp each : chain.getArchiveTimestamps()) {
                ERSArchiveTimeStamp stamp = new ERSArchiveTimeStamp(each, digests);
                if (!trusted.contains(stamp.getSigningCertificate())) {
                    throw new SecurityException("a stranger's token");
                }
                stamp.validate(new JcaSimpleSignerInfoVerifierBuilder().build(stamp.getSigningCertificate()));
            }
        }
    }

    private static List<X509CertificateHolder> certificates(String path) throws Exception {
        List<X509CertificateHolder> found = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new FileReader(path))) {
            for (Object each = parser.readObject(); each != null; each = parser.readObject()) {
                found.add((X509CertificateHolder) each);
            }
        }
        return found;
    }
}
