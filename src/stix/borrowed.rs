//! Keys of dictionaries that are names from elsewhere and keep their case (6.7, 6.12, 6.13).
//!
//! Which case a name had where it was found is not visible; but a name that differs from a known one by case alone has lost it.
//! Names that are not in these lists give no finding.

use super::Level;
use super::finding::Path;
use super::walk::Walk;

/// A property, the names that its keys may be, how much a slip weighs, and the rule.
type Names = (&'static str, &'static [&'static str], Level, &'static str);

const NAMES: &[Names] = &[
    ("startup_info", STARTUPINFO, Level::Must, "S21-6.13-16"),
    ("exif_tags", EXIF, Level::Must, "S21-6.7-27"),
    ("document_info_dict", PDF, Level::Should, "S21-6.7-23"),
    ("ipfix", IPFIX, Level::Should, "S21-6.12-16"),
    ("options", SOCKET, Level::Should, "S21-6.12-30"),
];

/// Members of the structure STARTUPINFO of the Windows API.
#[rustfmt::skip]
const STARTUPINFO: &[&str] = &[
    "cb", "lpReserved", "lpDesktop", "lpTitle", "dwX", "dwY", "dwXSize", "dwYSize", "dwXCountChars", "dwYCountChars",
    "dwFillAttribute", "dwFlags", "wShowWindow", "cbReserved2", "lpReserved2", "hStdInput", "hStdOutput", "hStdError",
];

/// Tags of Exif 2.3: those of TIFF, of Exif itself and of GPS.
#[rustfmt::skip]
const EXIF: &[&str] = &[
    "ImageWidth", "ImageLength", "BitsPerSample", "Compression", "PhotometricInterpretation", "ImageDescription", "Make",
    "Model", "StripOffsets", "Orientation", "SamplesPerPixel", "RowsPerStrip", "StripByteCounts", "XResolution",
    "YResolution", "PlanarConfiguration", "ResolutionUnit", "TransferFunction", "Software", "DateTime", "Artist",
    "WhitePoint", "PrimaryChromaticities", "JPEGInterchangeFormat", "JPEGInterchangeFormatLength", "YCbCrCoefficients",
    "YCbCrSubSampling", "YCbCrPositioning", "ReferenceBlackWhite", "Copyright", "ExposureTime", "FNumber",
    "ExposureProgram", "SpectralSensitivity", "PhotographicSensitivity", "ISOSpeedRatings", "SensitivityType",
    "ExifVersion", "DateTimeOriginal", "DateTimeDigitized", "ComponentsConfiguration", "CompressedBitsPerPixel",
    "ShutterSpeedValue", "ApertureValue", "BrightnessValue", "ExposureBiasValue", "MaxApertureValue", "SubjectDistance",
    "MeteringMode", "LightSource", "Flash", "FocalLength", "SubjectArea", "MakerNote", "UserComment", "SubSecTime",
    "SubSecTimeOriginal", "SubSecTimeDigitized", "FlashpixVersion", "ColorSpace", "PixelXDimension", "PixelYDimension",
    "RelatedSoundFile", "FlashEnergy", "SpatialFrequencyResponse", "FocalPlaneXResolution", "FocalPlaneYResolution",
    "FocalPlaneResolutionUnit", "SubjectLocation", "ExposureIndex", "SensingMethod", "FileSource", "SceneType",
    "CFAPattern", "CustomRendered", "ExposureMode", "WhiteBalance", "DigitalZoomRatio", "FocalLengthIn35mmFilm",
    "SceneCaptureType", "GainControl", "Contrast", "Saturation", "Sharpness", "DeviceSettingDescription",
    "SubjectDistanceRange", "ImageUniqueID", "CameraOwnerName", "BodySerialNumber", "LensSpecification", "LensMake",
    "LensModel", "LensSerialNumber", "GPSVersionID", "GPSLatitudeRef", "GPSLatitude", "GPSLongitudeRef", "GPSLongitude",
    "GPSAltitudeRef", "GPSAltitude", "GPSTimeStamp", "GPSSatellites", "GPSStatus", "GPSMeasureMode", "GPSDOP",
    "GPSSpeedRef", "GPSSpeed", "GPSTrackRef", "GPSTrack", "GPSImgDirectionRef", "GPSImgDirection", "GPSMapDatum",
    "GPSDestLatitudeRef", "GPSDestLatitude", "GPSDestLongitudeRef", "GPSDestLongitude", "GPSDestBearingRef",
    "GPSDestBearing", "GPSDestDistanceRef", "GPSDestDistance", "GPSProcessingMethod", "GPSAreaInformation",
    "GPSDateStamp", "GPSDifferential",
];

/// Entries of the document information dictionary of PDF 1.7.
const PDF: &[&str] =
    &["Title", "Author", "Subject", "Keywords", "Creator", "Producer", "CreationDate", "ModDate", "Trapped"];

/// Elements of the IPFIX registry that flow exporters commonly send.
#[rustfmt::skip]
const IPFIX: &[&str] = &[
    "octetDeltaCount", "packetDeltaCount", "deltaFlowCount", "protocolIdentifier", "ipClassOfService", "tcpControlBits",
    "sourceTransportPort", "sourceIPv4Address", "sourceIPv4PrefixLength", "ingressInterface",
    "destinationTransportPort", "destinationIPv4Address", "destinationIPv4PrefixLength", "egressInterface",
    "ipNextHopIPv4Address", "bgpSourceAsNumber", "bgpDestinationAsNumber", "bgpNextHopIPv4Address", "flowEndSysUpTime",
    "flowStartSysUpTime", "postOctetDeltaCount", "postPacketDeltaCount", "minimumIpTotalLength",
    "maximumIpTotalLength", "sourceIPv6Address", "destinationIPv6Address", "sourceIPv6PrefixLength",
    "destinationIPv6PrefixLength", "flowLabelIPv6", "icmpTypeCodeIPv4", "igmpType", "samplingInterval",
    "samplingAlgorithm", "flowActiveTimeout", "flowIdleTimeout", "minimumTTL", "maximumTTL", "fragmentIdentification",
    "sourceMacAddress", "postDestinationMacAddress", "destinationMacAddress", "vlanId", "postVlanId", "ipVersion",
    "flowDirection", "ipNextHopIPv6Address", "bgpNextHopIPv6Address", "octetTotalCount", "packetTotalCount",
    "flowStartSeconds", "flowEndSeconds", "flowStartMilliseconds", "flowEndMilliseconds", "flowEndReason", "flowId",
    "httpHost", "applicationId", "applicationName",
];

/// Options of the socket interfaces of POSIX and Windows.
#[rustfmt::skip]
const SOCKET: &[&str] = &[
    "SO_ACCEPTCONN", "SO_BROADCAST", "SO_CONDITIONAL_ACCEPT", "SO_DEBUG", "SO_DONTLINGER", "SO_DONTROUTE", "SO_ERROR",
    "SO_EXCLUSIVEADDRUSE", "SO_GROUP_ID", "SO_GROUP_PRIORITY", "SO_KEEPALIVE", "SO_LINGER", "SO_MAX_MSG_SIZE",
    "SO_OOBINLINE", "SO_PRIORITY", "SO_RCVBUF", "SO_RCVLOWAT", "SO_RCVTIMEO", "SO_REUSEADDR", "SO_REUSEPORT",
    "SO_SNDBUF", "SO_SNDLOWAT", "SO_SNDTIMEO", "SO_TYPE", "SO_USELOOPBACK", "TCP_NODELAY", "TCP_KEEPIDLE",
    "TCP_KEEPINTVL", "TCP_KEEPCNT", "IP_TTL", "IP_TOS", "IP_HDRINCL", "IP_MULTICAST_TTL", "IP_MULTICAST_LOOP",
    "IPV6_V6ONLY", "IPV6_UNICAST_HOPS",
];

/// Whether the keys of the property are names from elsewhere, for which 2.3 does not ask for lower case.
pub(crate) fn keeps_case(property: &str) -> bool {
    NAMES.iter().any(|(name, ..)| *name == property)
        || matches!(property, "additional_header_fields" | "request_header" | "environment_variables")
}

impl Walk<'_, '_, '_> {
    /// A key that has lost the case of the name that it is.
    pub(crate) fn borrowed_name(&mut self, property: &str, key: &str, path: &Path<'_>) {
        let Some((_, names, level, rule)) = NAMES.iter().find(|(name, ..)| *name == property) else {
            return;
        };
        if names.contains(&key) {
            return;
        }
        if let Some(meant) = names.iter().find(|name| name.eq_ignore_ascii_case(key)) {
            self.report(path, *level, "name-case", rule, || format!("the name is written {meant}, not {key}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_differ_by_more_than_case() {
        for (property, names, ..) in NAMES {
            let mut plain: Vec<String> = names.iter().map(|n| n.to_lowercase()).collect();
            plain.sort_unstable();
            assert!(plain.windows(2).all(|w| w[0] != w[1]), "{property}");
        }
    }
}
