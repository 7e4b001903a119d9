//! The variables of the language by name, and what kind of thing each is.

/// How a variable is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One value that stands still within a phase.
    Scalar,
    /// Named values that stand still within a phase.
    Collection,
    /// One value that rules change or that the clock gives.
    LiveScalar,
    /// Named values that rules change.
    LiveCollection,
}

macro_rules! variables {
    ($($id:ident $name:literal $kind:ident),+ $(,)?) => {
        /// A variable of the reference manual of `ModSecurity` 3.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Variable { $(#[doc = concat!("`", $name, "`")] $id,)+ }

        impl Variable {
            /// Every variable, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$id,)+];

            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// Its name as rules write it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$id => $name,)+ }
            }

            /// How it is looked up.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$id => Kind::$kind,)+ }
            }
        }
    };
}

variables! {
    Args "ARGS" Collection, ArgsGet "ARGS_GET" Collection, ArgsPost "ARGS_POST" Collection,
    ArgsNames "ARGS_NAMES" Collection, ArgsGetNames "ARGS_GET_NAMES" Collection, ArgsPostNames "ARGS_POST_NAMES" Collection,
    ArgsCombinedSize "ARGS_COMBINED_SIZE" Scalar, AuthType "AUTH_TYPE" Scalar, Duration "DURATION" LiveScalar,
    Env "ENV" LiveCollection, Files "FILES" Collection, FilesCombinedSize "FILES_COMBINED_SIZE" Scalar,
    FilesNames "FILES_NAMES" Collection, FilesSizes "FILES_SIZES" Collection, FilesTmpNames "FILES_TMPNAMES" Collection,
    FilesTmpContent "FILES_TMP_CONTENT" Collection, FullRequest "FULL_REQUEST" Scalar,
    FullRequestLength "FULL_REQUEST_LENGTH" Scalar, Geo "GEO" LiveCollection, Global "GLOBAL" LiveCollection,
    HighestSeverity "HIGHEST_SEVERITY" LiveScalar, InboundDataError "INBOUND_DATA_ERROR" Scalar, Ip "IP" LiveCollection,
    MatchedVar "MATCHED_VAR" LiveScalar, MatchedVarName "MATCHED_VAR_NAME" LiveScalar, MatchedVars "MATCHED_VARS" LiveCollection,
    MatchedVarsNames "MATCHED_VARS_NAMES" LiveCollection, ModsecBuild "MODSEC_BUILD" Scalar,
    MscPcreError "MSC_PCRE_ERROR" LiveScalar, MscPcreLimitsExceeded "MSC_PCRE_LIMITS_EXCEEDED" LiveScalar,
    MultipartBoundaryQuoted "MULTIPART_BOUNDARY_QUOTED" Scalar, MultipartBoundaryWhitespace "MULTIPART_BOUNDARY_WHITESPACE" Scalar,
    MultipartCrlfLfLines "MULTIPART_CRLF_LF_LINES" Scalar, MultipartDataAfter "MULTIPART_DATA_AFTER" Scalar,
    MultipartDataBefore "MULTIPART_DATA_BEFORE" Scalar, MultipartFileLimitExceeded "MULTIPART_FILE_LIMIT_EXCEEDED" Scalar,
    MultipartFilename "MULTIPART_FILENAME" Collection, MultipartHeaderFolding "MULTIPART_HEADER_FOLDING" Scalar,
    MultipartInvalidHeaderFolding "MULTIPART_INVALID_HEADER_FOLDING" Scalar, MultipartInvalidPart "MULTIPART_INVALID_PART" Scalar,
    MultipartInvalidQuoting "MULTIPART_INVALID_QUOTING" Scalar, MultipartLfLine "MULTIPART_LF_LINE" Scalar,
    MultipartMissingSemicolon "MULTIPART_MISSING_SEMICOLON" Scalar, MultipartName "MULTIPART_NAME" Collection,
    MultipartPartHeaders "MULTIPART_PART_HEADERS" Collection, MultipartSemicolonMissing "MULTIPART_SEMICOLON_MISSING" Scalar,
    MultipartStrictError "MULTIPART_STRICT_ERROR" Scalar, MultipartUnmatchedBoundary "MULTIPART_UNMATCHED_BOUNDARY" Scalar,
    OutboundDataError "OUTBOUND_DATA_ERROR" Scalar, PathInfo "PATH_INFO" Scalar, QueryString "QUERY_STRING" Scalar,
    RemoteAddr "REMOTE_ADDR" Scalar, RemoteHost "REMOTE_HOST" Scalar, RemotePort "REMOTE_PORT" Scalar,
    RemoteUser "REMOTE_USER" Scalar, ReqbodyError "REQBODY_ERROR" Scalar, ReqbodyErrorMsg "REQBODY_ERROR_MSG" Scalar,
    ReqbodyProcessor "REQBODY_PROCESSOR" Scalar, ReqbodyProcessorError "REQBODY_PROCESSOR_ERROR" Scalar,
    ReqbodyProcessorErrorMsg "REQBODY_PROCESSOR_ERROR_MSG" Scalar, RequestBasename "REQUEST_BASENAME" Scalar,
    RequestBody "REQUEST_BODY" Scalar, RequestBodyLength "REQUEST_BODY_LENGTH" Scalar,
    RequestCookies "REQUEST_COOKIES" Collection, RequestCookiesNames "REQUEST_COOKIES_NAMES" Collection,
    RequestFilename "REQUEST_FILENAME" Scalar, RequestHeaders "REQUEST_HEADERS" Collection,
    RequestHeadersNames "REQUEST_HEADERS_NAMES" Collection, RequestLine "REQUEST_LINE" Scalar,
    RequestMethod "REQUEST_METHOD" Scalar, RequestProtocol "REQUEST_PROTOCOL" Scalar, RequestUri "REQUEST_URI" Scalar,
    RequestUriRaw "REQUEST_URI_RAW" Scalar, Resource "RESOURCE" LiveCollection, ResponseBody "RESPONSE_BODY" Scalar,
    ResponseContentLength "RESPONSE_CONTENT_LENGTH" Scalar, ResponseContentType "RESPONSE_CONTENT_TYPE" Scalar,
    ResponseHeaders "RESPONSE_HEADERS" Collection, ResponseHeadersNames "RESPONSE_HEADERS_NAMES" Collection,
    ResponseProtocol "RESPONSE_PROTOCOL" Scalar, ResponseStatus "RESPONSE_STATUS" Scalar, Rule "RULE" LiveCollection,
    ServerAddr "SERVER_ADDR" Scalar, ServerName "SERVER_NAME" Scalar, ServerPort "SERVER_PORT" Scalar,
    Session "SESSION" LiveCollection, SessionId "SESSIONID" LiveScalar, StatusLine "STATUS_LINE" Scalar, Time "TIME" LiveScalar,
    TimeDay "TIME_DAY" LiveScalar, TimeEpoch "TIME_EPOCH" LiveScalar, TimeHour "TIME_HOUR" LiveScalar,
    TimeMin "TIME_MIN" LiveScalar, TimeMon "TIME_MON" LiveScalar, TimeSec "TIME_SEC" LiveScalar, TimeWday "TIME_WDAY" LiveScalar,
    TimeYear "TIME_YEAR" LiveScalar, Tx "TX" LiveCollection, UniqueId "UNIQUE_ID" Scalar, UrlencodedError "URLENCODED_ERROR" Scalar,
    User "USER" LiveCollection, UserId "USERID" LiveScalar, WebAppId "WEBAPPID" Scalar, Xml "XML" Collection,
}

impl Variable {
    /// The variable of this name, ASCII case ignored.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|v| v.name().eq_ignore_ascii_case(name))
    }

    /// Whether a selector may follow.
    pub const fn has_parts(self) -> bool {
        matches!(self.kind(), Kind::Collection | Kind::LiveCollection)
    }

    /// Whether its values live longer than a request.
    pub const fn is_persistent(self) -> bool {
        matches!(self, Self::Global | Self::Ip | Self::Resource | Self::Session | Self::User)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for (number, variable) in Variable::ALL.iter().enumerate() {
            assert_eq!(*variable as usize, number);
            assert_eq!(Variable::parse(&variable.name().to_lowercase()), Some(*variable));
        }
        assert_eq!(Variable::parse("ARG"), None);
    }
}
