// What Indian law wants sellers to say in the words of both sides, and pictures told by their bytes.
#include "base/base64.hpp"
#include "model/observation.hpp"
#include "support/catch.hpp"

using namespace wamigrate;

namespace {

const Json told = {{"messaging_product", "whatsapp"},
                   {"entity_name", "Lucky Shrub"},
                   {"entity_type", "Private Company"},
                   {"entity_type_custom", nullptr},
                   {"is_registered", true},
                   {"grievance_officer_details", {{"name", "Chandravati P."}, {"email", ""}}},
                   {"customer_care_details", {{"email", "care@luckyshrub.com"}}},
                   {"meta", {{"version", "2.38.0"}}}};

}  // namespace

TEST_CASE("either side's compliance information is kept in one form, without what it does not say") {
  const Json kept = compliance_from(told);
  CHECK(kept["entity_type"] == "PRIVATE_COMPANY");
  CHECK_FALSE(kept.contains("entity_type_custom"));
  CHECK_FALSE(kept.contains("meta"));
  CHECK(kept["grievance_officer_details"] == Json{{"name", "Chandravati P."}});
  CHECK(compliance_from(kept) == kept);
  CHECK(compliance_from(Json{{"entity_name", nullptr}, {"is_registered", false}}).is_null());
  CHECK(compliance_from(Json()).is_null());
}

TEST_CASE("what a type of entity does not allow is neither written nor missed") {
  const Json kept = compliance_from(told);
  CHECK_FALSE(compliance_for_graph(kept).contains("is_registered"));
  CHECK(compliance_for_graph(kept)["messaging_product"] == "whatsapp");
  CHECK(compliance_for_onprem(kept)["entity_type"] == "Private Company");
  Json shown = kept;
  shown.erase("is_registered");
  CHECK(covers_compliance(shown, kept));
  Json partners = kept;
  partners["entity_type"] = "PARTNERSHIP";
  CHECK(compliance_for_graph(partners)["is_registered"] == true);
  CHECK_FALSE(covers_compliance(shown, partners));
}

TEST_CASE("compliance information covers what was kept, and may say more") {
  const Json kept = compliance_from(told);
  Json more = kept;
  more["customer_care_details"]["mobile_number"] = "+913854559033";
  CHECK(covers_compliance(more, kept));
  CHECK_FALSE(covers_compliance(kept, more));
  CHECK_FALSE(covers_compliance(Json(), kept));
  CHECK(covers_compliance(Json(), Json()));
}

TEST_CASE("a picture is known by its bytes, as it is or in base64; anything else is none") {
  const std::string jpeg = "\xFF\xD8\xFF and more";
  const std::string png = "\x89PNG\r\n\x1A\n and more";
  CHECK(picture_from(jpeg) == Picture{"image/jpeg", jpeg});
  CHECK(picture_from(to_base64(png)) == Picture{"image/png", png});
  CHECK_FALSE(picture_from("<html>no</html>"));
  CHECK_FALSE(picture_from(to_base64("words")));
  CHECK_FALSE(picture_from(""));
}

TEST_CASE("a snapshot keeps picture and compliance information") {
  Snapshot snapshot;
  snapshot.picture = true;
  snapshot.picture_data = {"image/jpeg", "\xFF\xD8\xFF and more"};
  snapshot.compliance = compliance_from(told);
  const Snapshot back = snapshot_from_json(to_json(snapshot));
  CHECK(back.picture_data == snapshot.picture_data);
  CHECK(back.compliance == snapshot.compliance);
}
