// The profile picture: raw bytes for an on-premises client, and for Cloud a handle, which an upload in a session of its
// own gives. Sessions and uploads change no number, but each is a request of its own, so each is a step. Facts: Meta's
// Resumable Upload API and the profile page of the Cloud API, undated; on-premises reference, profile photo.
#include "api/graph_replies.hpp"
#include "api/onprem.hpp"
#include "steps/kinds.hpp"

namespace wamigrate {

using namespace std::chrono_literals;

namespace {

// Nothing of the three is worth a number's arrival; one that fails spares those after it.
constexpr Facts all_three = {Fact::picture_upload_opened, Fact::picture_uploaded, Fact::cloud_picture_restored};

Picture picture_of(const Material& m) { return m.snapshot ? m.snapshot->picture_data : Picture{"image/jpeg", {}}; }

// A dry run has no picture to show, and would show none.
Secret bytes_of(const Material& m) {
  return m.snapshot ? Secret(m.snapshot->picture_data.bytes) : Secret("<the picture that was kept>");
}

}  // namespace

Step open_picture_upload() {
  Step step;
  step.kind = {.name = "open_picture_upload",
               .title = "ask to upload the profile picture",
               .effect = {.needs = {Fact::cloud_is_home, Fact::snapshot_taken, Fact::cloud_profile_restored,
                                    Fact::cloud_compliance_restored},
                          .gives = {Fact::picture_upload_opened}},
               .cost = 1,
               .duration = 2s,
               .changes = true,
               .forgoes = all_three,
               .doing =
                   "Opens an upload session of our app for the picture that was kept; sends nothing when the profile "
                   "shows a picture, whichever it is, or none was kept.",
               .by_hand = "Nothing, if you upload the picture in WhatsApp Manager; else POST /<APP_ID>/uploads."};
  step.on = "upload";
  step.call = [](const Material& m) {
    const Picture picture = picture_of(m);
    return api::graph_calls::open_upload(m.app_id, picture.bytes.size(), picture.type);
  };
  step.vouches = [](int) { return Facts{Fact::picture_upload_opened}; };
  step.keeps = "upload";
  step.product = api::graph_replies::upload_session;
  return step;
}

Step upload_picture() {
  Step step;
  step.kind = {
      .name = "upload_picture",
      .title = "upload the profile picture",
      .effect = {.needs = {Fact::cloud_is_home, Fact::picture_upload_opened}, .gives = {Fact::picture_uploaded}},
      .cost = 1,
      .duration = 5s,
      .changes = true,
      .forgoes = {Fact::picture_uploaded, Fact::cloud_picture_restored},
      .doing = "Sends the picture's bytes in that session; Meta answers with a handle.",
      .by_hand = "POST the bytes to /<UPLOAD_SESSION> with the header file_offset: 0."};
  step.on = "upload";
  step.call = [](const Material& m) { return api::graph_calls::upload(m.upload, bytes_of(m)); };
  step.vouches = [](int) { return Facts{Fact::picture_uploaded}; };
  step.uses = "upload";
  step.keeps = "handle";
  step.product = api::graph_replies::upload_handle;
  return step;
}

Step restore_cloud_picture() {
  Step step;
  step.kind = {
      .name = "restore_cloud_picture",
      .title = "restore the profile picture on Cloud",
      .effect = {.needs = {Fact::cloud_is_home, Fact::picture_uploaded}, .gives = {Fact::cloud_picture_restored}},
      .cost = 1,
      .duration = 2s,
      .changes = true,
      .forgoes = {Fact::cloud_picture_restored},
      .doing = "Puts the uploaded picture into the profile.",
      .by_hand =
          "WhatsApp Manager > Phone numbers > the number > Profile; or POST "
          "/<PHONE_NUMBER_ID>/whatsapp_business_profile {\"profile_picture_handle\":…}."};
  step.on = "profile";
  step.call = [](const Material& m) { return api::graph_calls::set_picture(m.number.phone_number_id, m.upload); };
  step.vouches = [](int) { return Facts{Fact::cloud_picture_restored}; };
  step.uses = "handle";
  return step;
}

Step restore_onprem_picture() {
  Step step;
  step.kind = {.name = "restore_onprem_picture",
               .title = "restore the profile picture on-premises",
               .effect = {.needs = {Fact::onprem_is_home, Fact::snapshot_taken, Fact::onprem_compliance_restored},
                          .gives = {Fact::onprem_picture_restored}},
               .cost = 1,
               .duration = 5s,
               .changes = true,
               .forgoes = {Fact::onprem_picture_restored},
               .doing =
                   "Sends the picture that was kept to the client; sends nothing when the profile shows a picture, "
                   "whichever it is, or none was kept.",
               .by_hand = "POST /v1/settings/profile/photo with the picture's bytes."};
  step.side = api::Side::onprem;
  step.on = "settings";
  step.call = [](const Material& m) { return api::onprem_calls::set_picture(bytes_of(m), picture_of(m).type); };
  step.vouches = [](int) { return Facts{Fact::onprem_picture_restored}; };
  return step;
}

}  // namespace wamigrate
