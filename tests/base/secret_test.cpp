// Claims about secrets and the references to them.
#include "base/secret.hpp"

#include <memory>
#include <new>
#include <sstream>
#include <type_traits>

#include "base/json.hpp"
#include "support/catch.hpp"

using namespace wamigrate;

namespace {
template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};
}  // namespace

TEST_CASE("neither a stream nor a JSON document accepts a secret") {
  STATIC_REQUIRE_FALSE(Printable<Secret>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<Json, Secret>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Secret, std::string_view>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::string, Secret>);
}

TEST_CASE("a secret is gone from its memory when it is destroyed, moved from or replaced") {
  alignas(Secret) unsigned char room[sizeof(Secret)] = {};
  const auto holds_pin = [&] {
    return std::string_view(reinterpret_cast<const char*>(room), sizeof room).find("271828") != std::string_view::npos;
  };
  auto* secret = new (room) Secret(std::string("271828"));  // short texts live inside the object itself
  REQUIRE(holds_pin());
  SECTION("destroyed") { std::destroy_at(secret); }
  SECTION("moved from") {
    const Secret other = std::move(*secret);
    CHECK(other.reveal() == "271828");
  }
  SECTION("replaced by a shorter one") { *secret = Secret("1"); }
  CHECK_FALSE(holds_pin());
}

TEST_CASE("the text that a secret was made of is gone from where it was") {
  std::string text("271828");  // short texts are not moved but copied, and stay behind
  const char* const place = text.data();
  const Secret secret(std::move(text));
  CHECK(secret.reveal() == "271828");
  CHECK(std::string_view(place, 6) == std::string(6, '\0'));
}

TEST_CASE("secrets are copied, moved and compared by value") {
  const Secret first("a longer text than fits inside the object itself");
  Secret copy = first;
  CHECK(copy.same_as(first));
  Secret moved = std::move(copy);
  CHECK(moved.same_as(first));
  Secret& itself = moved;
  moved = itself;
  CHECK(moved.same_as(first));
  CHECK_FALSE(moved.same_as(Secret("other")));
  CHECK(Secret().same_as(Secret("")));
  CHECK(Secret().empty());
}

TEST_CASE("a reference is read and written back as it was") {
  for (const char* text : {"env:WAMIGRATE_PIN", "file:/etc/a b", "file:~/pin", "cmd:pass show wa/pin"}) {
    const auto ref = parse_secret_ref(text);
    REQUIRE(ref.has_value());
    CHECK(ref->text() == text);
  }
  CHECK(parse_secret_ref("env:X")->kind == SecretRef::Kind::env);
  CHECK(parse_secret_ref("file:X")->kind == SecretRef::Kind::file);
  CHECK(parse_secret_ref("cmd:X y")->target == "X y");
  CHECK(SecretRef().text().empty());
  CHECK(SecretRef().empty());
}

TEST_CASE("what is not a reference is refused without being repeated") {
  for (const char* text : {"314159", "", "env:", "file: ", "cmd:", "ENV:314159", "env:314159-secret", "vault:314159",
                           " env:A", "file:/314159\nx"}) {
    CAPTURE(text);
    const auto ref = parse_secret_ref(text);
    REQUIRE_FALSE(ref.has_value());
    CHECK(to_text(ref.error()).find("314159") == std::string::npos);
    CHECK_FALSE(ref.error().fix.empty());
  }
}
