"""Fields of Kubernetes' own kinds that look as if they named something, and why no row of references needs them."""

from __future__ import annotations

import re

EXCUSED = {
    "part of the object itself": [
        r"ontainers\[\]\.(name|targetContainerName|env\[\]\.name|ports\[\]\.name|volume(Mounts|Devices)\[\]\.name)",
        r"ontainerStatuses\[\]\.(name|volumeMounts\[\]\.name)",
        r"env\[\]\.valueFrom\.(fieldRef|fileKeyRef(\.volumeName)?)",
        r"(resourceFieldRef|onExitCodes|requestMappings\[\])(\.containerName)?",
        r"items\[\]\.fieldRef|sources\[\]\.downwardAPI",
        r"spec\.volumes\[\]\.name|\bports?(\[\])?\.name|schedulingGates\[\]\.name",
        r"webhooks\[\]\.name|matchConditions\[\]\.name|variables\[\]\.name|expressionWarnings\[\]\.fieldRef",
        r"(pool|devices\[\]|sharedCounters\[\])\.name",
        r"(spec\.names|acceptedNames)(\.shortNames(\[\])?)?|versions\[\]\.(name|additionalPrinterColumns\[\]\.name)",
        r"openAPIV3Schema\..*|versions\[\]\.subresources\.status",
    ],
    "labels, not names": [
        r"[sS]elector(s\[\])?(\.matchLabels)?|nodeTopology\.matchLabels|deprecatedTopology|metric\.selector\.matchLabels",
        r"preferredDuringSchedulingIgnoredDuringExecution\[\]\.preference",
    ],
    "namespaces that are looked at": [
        r"(podAffinityTerm|IgnoredDuringExecution\[\]|resourceRules\[\])\.namespaces(\[\])?"
    ],
    "the Service that it calls": [r"\.service(\.name(space)?)?", r"spec\.serviceName"],
    "the Service or Pod that an address is of": [r"targetRef(\.name(space)?)?", r"parentRef(\.name(space)?)?"],
    "a class": [r"([sS]torage|olumeAttributes|priority|runtime|ingress)ClassName", r"schedulerName", r"os\.name"],
    "a node, zone or host": [
        r"[nN]odeName|for(Nodes|Zones)\[\]\.name|[hH]ost[nN]ame(s|s\[\]|Override)?|externalName|nameservers(\[\])?",
        r"CSINode spec\.drivers\[\]\.name|runtimeHandlers\[\]\.name|images\[\]\.names(\[\])?|volumesAttached\[\]\.name",
    ],
    "a claim of devices": [
        r"resources\.claims(\[\](\.name)?)?",
        r"[rR]esourceClaim(s|Status(es)?)?(\[\])?(\..*)?",
    ],
    "a resource or a figure": [
        r"(resizePolicy|requestMappings)\[\]\.(resource|request)Name|allocatedResourcesStatus\[\]\.name|allocatedResourceStatuses",
        r"(metrics|currentMetrics)\[\]\..*|scopeName|sysctls\[\]\.name|options\[\]\.name",
    ],
    "a header": [r"httpHeaders\[\]\.name"],
    "a Windows account, or a GMSACredentialSpec": [r"windowsOptions\.(gmsaCredentialSpecName|runAsUserName)"],
    "a name outside the cluster": [
        r"diskName|shareName|datasetName|pdName|initiatorName|storagePolicyName|scaleIO\.volumeName|volumeStatus\.image\.imageRef",
        r"storageos\.volumeName(space)?|image\.reference|cephfs\.secretFile|driverName|signerName|attachmentMetadata",
        r"CertificateSigningRequest spec\.username",
    ],
    "a trust bundle, which is a kind of its own": [r"clusterTrustBundle(\.name)?"],
    "the certificate and the token that the kubelet asks for": [
        r"podCertificate(\.userAnnotations)?",
        r"serviceAccountToken",
    ],
    "endpoints of a volume": [r"glusterfs\.endpointsNamespace"],
    "the volume of a claim, and the claim's own retention": [
        r"\bspec\.volumeName|source\.persistentVolumeName|[rR]eclaimPolicy|persistentVolumeClaimRetentionPolicy",
    ],
    "a dataSourceRef across namespaces makes a claim, whose own row has it": [
        r"volumeClaimTemplate\.spec\.dataSourceRef\.namespace"
    ],
    "what it scales, and a policy or level that is asked": [
        r"scaleTargetRef(\.name)?",
        r"policyName|parameterNotFoundAction",
        r"priorityLevelConfiguration(\.name)?",
        r"podGroupName",
    ],
    "groups and roles": [r"roleRef(\.name)?", r"subjects\[\]\.group(\.name)?"],
    "objects that are asked about, and none that is used": [r"[rR]esourceRules\[\]\.resourceNames(\[\])?"],
    "it tells of objects": [
        r"Event (involvedObject|regarding|related)(\.name(space)?)?",
        r"CronJob status\.active\[\](\.name(space)?)?",
    ],
    "its own data, which is not looked into": [r"(ConfigMap|Secret) (binaryData|data|stringData)"],
}
"""Of each reason the fields it holds for: the end of a path, or all of KIND PATH."""


def excuse_of(kind, path):
    """The first pattern that excuses a field; None where there is none."""
    place = f"{kind} {path}"
    for patterns in EXCUSED.values():
        for each in patterns:
            if re.search(rf"(?:{each})$", place):
                return each
    return None
