//! Data of rarer extensions.

use super::Encoder;
use imap_proto_core::types::{
    ByteString, ConvertErrorCode, ConvertedData, Data, UrlContent, UrlFetchData, UrlFetched,
};

impl Encoder {
    pub(super) fn extension(&mut self, data: &Data) -> &mut Self {
        match data {
            Data::Comparator(found) => {
                self.raw("COMPARATOR ").string(found.active.as_bytes());
                if found.matching.is_empty() {
                    return self;
                }
                self.raw(" ").strings_in_list(&found.matching)
            }
            Data::Conversion(conversion) => {
                self.raw("CONVERSION")
                    .each_string([conversion.from.as_bytes(), conversion.to.as_bytes()]);
                if conversion.parameters.is_empty() {
                    return self;
                }
                self.raw(" ").strings_in_list(&conversion.parameters)
            }
            Data::Converted(converted) => {
                self.shown(converted.sequence_number)
                    .raw(" CONVERTED (TAG ");
                self.string(converted.tag.as_bytes()).raw(") (");
                if let Some(uid) = converted.uid {
                    self.raw("UID ").shown(uid);
                }
                for item in &converted.items {
                    self.raw(" ").converted(item);
                }
                self.raw(")")
            }
            Data::GenUrlAuth(urls) => self
                .raw("GENURLAUTH")
                .each_string(urls.iter().map(ByteString::as_bytes)),
            Data::JmapAccess(url) => self.raw("JMAPACCESS").each_string([url.as_bytes()]),
            Data::Language(tags) => self.raw("LANGUAGE ").strings_in_list(tags),
            Data::Netscape(line) => self
                .raw(line.name.as_bytes())
                .raw(" ")
                .raw(line.text.as_bytes()),
            Data::PushService(fields) => {
                let fields = fields.iter();
                self.raw("XAPPLEPUSHSERVICE").each_string(
                    fields.flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]),
                )
            }
            Data::UrlFetch(response) => self
                .raw("URLFETCH ")
                .separated(&response.urls, Self::url_fetched),
            _ => unreachable!("the encoder knows all data"),
        }
    }

    fn strings_in_list(&mut self, strings: &[ByteString]) -> &mut Self {
        self.list(strings, |to, string| {
            to.string(string.as_bytes());
        })
    }

    fn url_fetched(&mut self, fetched: &UrlFetched) {
        self.string(fetched.url.as_bytes()).raw(" ");
        match &fetched.content {
            UrlContent::Text(text) => self.octets_of(text.as_ref()),
            UrlContent::Items(items) => {
                self.separated(items, |to, item| {
                    to.raw("(");
                    match item {
                        UrlFetchData::Body(octets) => {
                            to.raw("BODY ").octets_of(octets.as_ref());
                        }

                        UrlFetchData::Binary(octets) => {
                            to.raw("BINARY ").octets_of(octets.as_ref());
                        }

                        UrlFetchData::BodyPartStructure(structure) => {
                            to.raw("BODYPARTSTRUCTURE ").structure(structure);
                        }
                        UrlFetchData::Other(name, value) => {
                            to.raw(name.as_bytes()).raw(" ").token(value);
                        }

                        _ => unreachable!("the encoder knows all items"),
                    }
                    to.raw(")");
                });
            }
        }
    }

    fn converted(&mut self, item: &ConvertedData) {
        match item {
            ConvertedData::Binary(binary) => {
                self.shown(format_args!("BINARY[{}]", binary.part));
                self.origin(binary.origin).raw(" ");
                self.octets_of(binary.data.as_ref());
            }
            ConvertedData::BinarySize { part, size } => {
                self.shown(format_args!("BINARY.SIZE[{part}] {size}"));
            }
            ConvertedData::BodyPartStructure { part, structure } => {
                self.shown(format_args!("BODYPARTSTRUCTURE[{part}] "))
                    .structure(structure);
            }
            ConvertedData::AvailableConversions { part, types } => {
                self.shown(format_args!("AVAILABLECONVERSIONS[{part}] ("));
                self.strings_in_list(types).raw(")");
            }
            ConvertedData::Section(data) => self.section_data(data),
            ConvertedData::Failed { item, error } => {
                self.raw(item.as_bytes())
                    .raw(" (ERROR ")
                    .string(error.text.as_bytes())
                    .raw(" ");
                match &error.code {
                    ConvertErrorCode::TempFail => self.raw("TEMPFAIL"),
                    ConvertErrorCode::BadParameters => self.raw("BADPARAMETERS"),
                    ConvertErrorCode::MissingParameters => self.raw("MISSINGPARAMETERS"),
                    ConvertErrorCode::Other(code) => self.raw(code.as_bytes()),
                    _ => unreachable!("the encoder knows all codes"),
                };
                for argument in &error.arguments {
                    self.raw(" ").token(argument);
                }
                self.raw(")");
            }
            ConvertedData::Other(name, value) => {
                self.raw(name.as_bytes()).raw(" ").token(value);
            }

            _ => unreachable!("the encoder knows all items"),
        }
    }
}
