// The parser is expat, through Poco. A document type is refused before it sees a byte, and so is anything but UTF-8:
// without one there are no entities to expand and no other files to name. Handlers never throw through the C below
// them; what is too deep is passed over.
#include "api/status_feed.hpp"

#include <Poco/Exception.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/SAXParser.h>
#include <fmt/format.h>

#include "api/failing.hpp"

namespace wamigrate::api {
namespace {

constexpr std::size_t deepest = 32;
constexpr std::size_t longest_field = 4096;  // cleaned() shows less

class FeedHandler : public Poco::XML::DefaultHandler {
 public:
  void startElement(const Poco::XML::XMLString&, const Poco::XML::XMLString& name, const Poco::XML::XMLString&,
                    const Poco::XML::Attributes&) override {
    ++depth_;
    if (depth_ > deepest) too_deep = true;
    if (too_deep) return;
    if (depth_ == 1) is_rss = name == "rss";
    if (depth_ == 2 && name == "channel") has_channel = true;
    if (item_depth_ == 0 && name == "item") {
      item_depth_ = depth_;
      title_.clear();
      description_.clear();
      date_.clear();
    } else if (item_depth_ != 0 && depth_ == item_depth_ + 1) {
      field_ = name == "title" ? &title_ : name == "description" ? &description_ : name == "pubDate" ? &date_ : nullptr;
    }
  }

  void endElement(const Poco::XML::XMLString&, const Poco::XML::XMLString&, const Poco::XML::XMLString&) override {
    if (!too_deep && item_depth_ != 0) {
      if (depth_ == item_depth_ + 1) field_ = nullptr;
      if (depth_ == item_depth_) {
        if (items.size() < most_feed_items) items.push_back({title_, description_, date_});
        item_depth_ = 0;
      }
    }
    --depth_;
  }

  void characters(const Poco::XML::XMLChar text[], int start, int length) override {
    if (field_ == nullptr || too_deep || length <= 0) return;
    const std::size_t room = longest_field - std::min(longest_field, field_->size());
    field_->append(text + start, std::min(static_cast<std::size_t>(length), room));
  }

  struct Item {
    std::string title, description, date;
  };
  std::vector<Item> items;
  bool is_rss = false;
  bool has_channel = false;
  bool too_deep = false;

 private:
  std::size_t depth_ = 0;
  std::size_t item_depth_ = 0;  ///< 0: outside of items.
  std::string* field_ = nullptr;
  std::string title_, description_, date_;
};

/// UTF-16 and its kind hold zero bytes, or begin with a mark that UTF-8 has not.
bool may_be_utf8(std::string_view xml) {
  return xml.find('\0') == std::string_view::npos && !xml.starts_with("\xFE\xFF") && !xml.starts_with("\xFF\xFE");
}

const std::string how_to_look = "look at the status page yourself; nothing waits for it";

}  // namespace

Result<std::vector<FeedItem>> read_status_feed(std::string_view xml) {
  if (xml.size() > largest_feed) return fail("the feed is longer than 1 MiB", how_to_look);
  if (!may_be_utf8(xml)) return fail("the feed is not in UTF-8", how_to_look);
  if (xml.find("<!DOCTYPE") != std::string_view::npos || xml.find("<!ENTITY") != std::string_view::npos) {
    return fail("the feed brings a document type of its own, which a feed has no need of", how_to_look);
  }
  FeedHandler handler;
  try {
    Poco::XML::SAXParser parser;
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_GENERAL_ENTITIES, false);
    parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_PARAMETER_ENTITIES, false);
    parser.setContentHandler(&handler);
    parser.parseMemoryNP(xml.data(), xml.size());
  } catch (const Poco::Exception&) {
    return fail("the feed is not well-formed XML", how_to_look);
  }
  if (handler.too_deep) return fail("the feed is nested deeper than any feed", how_to_look);
  if (!handler.is_rss || !handler.has_channel) return fail("the answer is not an RSS feed", how_to_look);

  std::vector<FeedItem> items;
  const HttpRequest no_secrets;
  for (const FeedHandler::Item& item : handler.items) {
    FeedItem shown{cleaned(item.title, no_secrets), cleaned(item.date, no_secrets)};
    if (shown.title.empty()) shown.title = cleaned(item.description, no_secrets);
    if (shown.title.empty()) shown.title = "an item without a title";
    items.push_back(std::move(shown));
  }
  return items;
}

Result<std::vector<FeedItem>> fetch_status_feed(Transport& transport, const std::string& url, Millis timeout,
                                                Proxy proxy) {
  HttpRequest request;
  request.url = url;
  request.proxy = std::move(proxy);
  request.timeout = timeout;
  request.headers.push_back({"Accept", "application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"});
  const HttpResult reply = transport.send(request);
  if (!reply) return fail(fmt::format("{}: {}", name(reply.error().kind), reply.error().reason), how_to_look);
  if (reply->status != 200) return fail(fmt::format("HTTP {}", reply->status), how_to_look);
  return read_status_feed(reply->body.reveal());
}

}  // namespace wamigrate::api
