from django.contrib.auth.backends import ModelBackend


class MembershipBackend(ModelBackend):
    """Members may view their project: the plainest object permission a host could have."""

    def has_perm(self, user, perm, obj=None):
        if perm == "host.view_project" and obj is not None:
            return user.is_active and obj.members.contains(user)
        return super().has_perm(user, perm, obj)
