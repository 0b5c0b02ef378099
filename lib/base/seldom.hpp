// What most objects have nothing in: until something is, it costs a pointer, and not the room for it. An observation
// has dozens of these, and 100,000 observations are looked at together.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wamigrate {

/// Reads as a T, and is T() as long as nothing else was put in.
template <class T>
class Seldom {
 public:
  Seldom() = default;
  Seldom(T value) {  // NOLINT(google-explicit-constructor): it stands for its value
    if (!(value == T())) value_ = std::make_unique<T>(std::move(value));
  }
  Seldom(const char* text) : Seldom(T(text)) {}  // NOLINT(google-explicit-constructor): as above
  Seldom(const Seldom& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Seldom(Seldom&& other) noexcept = default;
  Seldom& operator=(Seldom other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }
  ~Seldom() = default;

  const T& operator*() const {
    static const T nothing{};
    return value_ ? *value_ : nothing;
  }
  const T* operator->() const { return &**this; }
  operator const T&() const { return **this; }  // NOLINT(google-explicit-constructor): as above
  /// To change it in place.
  T& edit() {
    if (!value_) value_ = std::make_unique<T>();
    return *value_;
  }

 private:
  std::unique_ptr<T> value_;
};

using SeldomText = Seldom<std::string>;

inline std::string operator+(std::string before, const SeldomText& text) { return std::move(before += *text); }
inline bool operator==(const SeldomText& text, std::string_view other) { return std::string_view(*text) == other; }

}  // namespace wamigrate
