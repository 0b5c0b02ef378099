// Profiles compare by what they mean on both sides, and snapshots survive being kept.
#include "support/catch.hpp"
#include "support/sightings.hpp"

using namespace wamigrate;

namespace {

Profile some_profile() {
  return {"Open nine to five",
          "Hauptstr. 1, Berlin",
          "We repair bicycles",
          "shop@example.com",
          "RETAIL",
          {"https://example.com", "https://shop.example.com"}};
}

Snapshot some_snapshot() {
  Snapshot snapshot;
  snapshot.profile = some_profile();
  snapshot.application = {{"wa_id", "491713920001"}, {"webhooks", {{"url", "https://hooks.example.com/de-1"}}}};
  snapshot.verified_name = "Fahrrad Müller";
  snapshot.quality_rating = "GREEN";
  snapshot.messaging_limit = "TIER_10K";
  snapshot.throughput = "STANDARD";
  snapshot.is_official = true;
  snapshot.templates = {{"APPROVED", 12}, {"PAUSED", 1}};
  return snapshot;
}

// The words of both sides, in the order of Graph's enumerations (there are two) as its reference lists them.
const std::vector<std::pair<std::string, std::string>> verticals = {
    {"OTHER", "Other"},
    {"AUTO", "Automotive"},
    {"BEAUTY", "Beauty, Spa and Salon"},
    {"APPAREL", "Clothing and Apparel"},
    {"EDU", "Education"},
    {"ENTERTAIN", "Entertainment"},
    {"EVENT_PLAN", "Event Planning and Service"},
    {"FINANCE", "Finance and Banking"},
    {"GROCERY", "Food and Grocery"},
    {"GOVT", "Public Service"},
    {"HOTEL", "Hotel and Lodging"},
    {"HEALTH", "Medical and Health"},
    {"NONPROFIT", "Non-profit"},
    {"PROF_SERVICES", "Professional Services"},
    {"RETAIL", "Shopping and Retail"},
    {"TRAVEL", "Travel and Transportation"},
    {"RESTAURANT", "Restaurant"},
    {"NOT_A_BIZ", "Not a Business"},
    {"ALCOHOL", "Alcohol"},
    {"ONLINE_GAMBLING", "Online Gambling"},
    {"PHYSICAL_GAMBLING", "Physical Gambling"},
    {"OTC_DRUGS", "OTC Drugs"},
};

}  // namespace

TEST_CASE("every vertical of Graph has a word on-premises, and the way there and back ends where it began") {
  for (const auto& [cloud, onprem] : verticals) {
    CAPTURE(cloud, onprem);
    CHECK(vertical_on_cloud(onprem) == cloud);
    CHECK(vertical_onprem(cloud) == onprem);
    CHECK(vertical_on_cloud(cloud) == cloud);
    CHECK(vertical_onprem(onprem) == onprem);
    CHECK(vertical_on_cloud(vertical_onprem(cloud)) == cloud);
  }
}

TEST_CASE("a vertical's capitals and commas don't matter, and a word Graph lacks is OTHER there") {
  CHECK(vertical_on_cloud("shopping and retail") == "RETAIL");
  CHECK(vertical_on_cloud("Beauty Spa and Salon") == "BEAUTY");
  CHECK(vertical_on_cloud("Bicycle repair") == "OTHER");
  CHECK(vertical_onprem("Bicycle repair") == "Bicycle repair");
  CHECK(vertical_on_cloud("").empty());
  CHECK(vertical_onprem("").empty());
}

TEST_CASE("a vertical that was never set is not written anywhere") {
  CHECK(vertical_on_cloud("UNDEFINED").empty());
  CHECK(vertical_onprem("UNDEFINED").empty());
  Profile wanted = some_profile();
  wanted.vertical = "UNDEFINED";
  CHECK(covers(some_profile(), wanted));
}

TEST_CASE("a profile covers another when it says everything the other says") {
  const Profile profile = some_profile();
  CHECK(covers(profile, profile));
  CHECK(covers(profile, Profile{}));
  CHECK_FALSE(covers(Profile{}, profile));
  Profile more = profile;
  more.email.clear();
  CHECK(covers(profile, more));
  CHECK_FALSE(covers(more, profile));
}

TEST_CASE("every field that differs is missed") {
  const Profile wanted = some_profile();
  const std::vector<std::string Profile::*> fields = {&Profile::about, &Profile::address, &Profile::description,
                                                      &Profile::email, &Profile::vertical};
  for (auto field : fields) {
    Profile has = wanted;
    has.*field = "HOTEL";
    CHECK_FALSE(covers(has, wanted));
    has.*field = "";
    CHECK_FALSE(covers(has, wanted));
  }
  Profile has = wanted;
  has.websites = {"https://example.com"};
  CHECK_FALSE(covers(has, wanted));
}

TEST_CASE("verticals compare by meaning: each side may spell its own") {
  Profile onprem = some_profile();
  onprem.vertical = "Shopping and Retail";
  CHECK(covers(some_profile(), onprem));
  CHECK(covers(onprem, some_profile()));
  onprem.vertical = "Hotel and Lodging";
  CHECK_FALSE(covers(some_profile(), onprem));
}

TEST_CASE("a profile reads back from its JSON as it was") {
  CHECK(profile_from_json(to_json(some_profile())) == some_profile());
  CHECK(profile_from_json(to_json(Profile{})) == Profile{});
  CHECK(profile_from_json(Json(nullptr)) == Profile{});
  CHECK(profile_from_json(Json{{"websites", {1, "https://example.com"}}}).websites ==
        std::vector<std::string>{"https://example.com"});
}

TEST_CASE("a snapshot reads back from its JSON as it was, what was never known included") {
  const Json kept = to_json(some_snapshot());
  const Snapshot snapshot = snapshot_from_json(kept);
  CHECK(snapshot.profile == some_profile());
  CHECK(snapshot.application == some_snapshot().application);
  CHECK(snapshot.verified_name == "Fahrrad Müller");
  CHECK(snapshot.is_official == true);
  CHECK(snapshot.templates == some_snapshot().templates);
  CHECK(to_json(snapshot) == kept);

  const Snapshot nothing = snapshot_from_json(to_json(Snapshot{}));
  CHECK_FALSE(nothing.is_official);
  CHECK(nothing.application.is_null());
  CHECK(nothing.templates.empty());
  CHECK(to_json(nothing) == to_json(Snapshot{}));
}
