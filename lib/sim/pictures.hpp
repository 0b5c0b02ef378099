// Profile pictures: where they are shown to lie, and what lies there.
#pragma once

#include <string>

#include "sim/http.hpp"
#include "sim/state.hpp"

namespace wamigrate::sim {

/// The picture's bytes: those that were uploaded, or a JPEG's beginning with the URL after it.
std::string picture_bytes(const Profile& profile);
/// Where Graph says that it lies: at Meta's content network, or below a base that is not Meta's own, so that nobody
/// who talks to a simulator is sent out into the world.
std::string shown_picture_url(const WorldNumber& number, const std::string& base);
/// The path at Graph's door that stands for a URL of the content network.
std::string picture_path(const State& state, const std::string& url);
/// The reply to a request for such a path. Whoever shows a token there is refused: it is not Graph.
DoorReply picture_reply(const State& state, const DoorRequest& request);
bool is_picture_path(const std::string& path);
/// JPEG or PNG, by the first bytes.
bool is_image(const std::string& bytes);

}  // namespace wamigrate::sim
